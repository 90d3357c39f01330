import { type ErrorCode, KustodyError, type Retry } from "../errors.ts";

/** Where an exchange broke, from the code that Node or undici gave. First match wins. */
interface Diagnosis {
  readonly matches: (code: string) => boolean;
  readonly code: ErrorCode;
  readonly says: string;
  readonly hint: string;
  readonly retry: Retry;
}

const exactly =
  (...codes: string[]) =>
  (code: string) =>
    codes.includes(code);

const DIAGNOSES: readonly Diagnosis[] = [
  {
    matches: exactly("UND_ERR_CONNECT_TIMEOUT", "ETIMEDOUT"),
    code: "KST_HTTP_TIMEOUT",
    says: "no connection within the time allowed",
    hint: "check the address, and that no firewall or NetworkPolicy drops the packets",
    retry: "backoff",
  },
  {
    matches: exactly("UND_ERR_HEADERS_TIMEOUT"),
    code: "KST_HTTP_TIMEOUT",
    says: "connected, but no reply within the time allowed",
    hint: "the server is overloaded or waits for something itself; look at its log",
    retry: "backoff",
  },
  {
    matches: exactly("UND_ERR_BODY_TIMEOUT"),
    code: "KST_HTTP_TIMEOUT",
    says: "the reply stalled",
    hint: "the server or a proxy between stopped sending",
    retry: "backoff",
  },
  {
    matches: exactly("ENOTFOUND", "EAI_AGAIN"),
    code: "KST_HTTP_UNREACHABLE",
    says: "the host name cannot be resolved",
    hint: "check the host name, and that DNS works here",
    retry: "backoff",
  },
  {
    matches: exactly("ECONNREFUSED", "ENOENT"),
    code: "KST_HTTP_UNREACHABLE",
    says: "nothing listens there",
    hint: "check the address and port, and that the server runs",
    retry: "backoff",
  },
  {
    matches: exactly("UND_ERR_PRX_CONN", "UND_ERR_ABORTED", "UND_ERR_ABORT"),
    code: "KST_HTTP_PROXY",
    says: "the proxy refused the connection",
    hint: "check the proxy's address and credentials, and whether it may reach this host",
    retry: "backoff",
  },
  {
    matches: exactly("DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
    code: "KST_HTTP_TLS",
    says: "the server's certificate is not signed by a trusted authority",
    hint: "give the authority's certificate as the CA bundle",
    retry: "never",
  },
  {
    matches: exactly("UNABLE_TO_GET_ISSUER_CERT", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "CERT_UNTRUSTED"),
    code: "KST_HTTP_TLS",
    says: "the authority that signed the server's certificate is unknown",
    hint: "give the authority's certificate as the CA bundle",
    retry: "never",
  },
  {
    matches: exactly("CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"),
    code: "KST_HTTP_TLS",
    says: "the server's certificate is outside its validity",
    hint: "renew the certificate, or correct a clock",
    retry: "never",
  },
  {
    matches: exactly("ERR_TLS_CERT_ALTNAME_INVALID", "UND_ERR_PRX_TLS"),
    code: "KST_HTTP_TLS",
    says: "the server's certificate is for another name",
    hint: "use the name in the certificate, or set the server name to expect",
    retry: "never",
  },
  {
    matches: (code) => /^(ERR_SSL|ERR_TLS|ERR_OSSL|EPROTO|CERT_)/.test(code),
    code: "KST_HTTP_TLS",
    says: "the TLS handshake failed",
    hint: "check that the port speaks TLS, the client certificate, and the versions both sides allow",
    retry: "never",
  },
  {
    matches: (code) => /^(HPE_|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES)/.test(code),
    code: "KST_HTTP_PROTOCOL",
    says: "the reply is not valid HTTP",
    hint: "check that an HTTP server listens on this port, and whether it wants https",
    retry: "never",
  },
  {
    matches: (code) => /^(UND_ERR_INVALID|ERR_INVALID)/.test(code),
    code: "KST_HTTP_REQUEST",
    says: "the request cannot be sent as it is",
    hint: "a header or the address has a character that HTTP doesn't allow; a token file may hold more than the token",
    retry: "never",
  },
];

const LOST: Diagnosis = {
  matches: () => true,
  code: "KST_HTTP_UNREACHABLE",
  says: "the connection was lost",
  hint: "the server restarted or a proxy between closed the connection",
  retry: "backoff",
};

/** A failed exchange in product words. `what` is method, origin and perhaps path: never a query, header or body. */
export function httpError(what: string, error: unknown): KustodyError {
  if (error instanceof KustodyError) return error;
  const code = codeOf(error);
  const diagnosis = DIAGNOSES.find((one) => one.matches(code)) ?? LOST;
  return new KustodyError(diagnosis.code, `${what}: ${diagnosis.says}`, {
    hint: diagnosis.hint,
    retry: diagnosis.retry,
    cause: bareCause(code, error),
  });
}

/** The first code along `error`'s causes that says something. */
function codeOf(error: unknown): string {
  let current: unknown = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth++) {
    const { code } = current as NodeJS.ErrnoException;
    // undici gives its parser's code only sometimes.
    if (current.name === "HTTPParserError") return "HPE_INVALID";
    // An AggregateError of a host with several addresses has the code of the first.
    if (typeof code === "string" && code !== "UND_ERR") return code;
    current = current.cause;
  }
  return "";
}

/** undici's own errors carry pieces of the reply and of sockets, so only their name, code and system call are kept. */
function bareCause(code: string, error: unknown): Error {
  const syscall = error instanceof Error ? (error as NodeJS.ErrnoException).syscall : undefined;
  const name = error instanceof Error ? error.name : typeof error;
  return new Error([name, code, syscall].filter(Boolean).join(" "));
}
