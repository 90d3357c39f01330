import { type ErrorCode, KustodyError } from "../../errors.ts";
import { asRecord, asText, isRecord, type UntypedRecord } from "../../untyped.ts";

/** What Entra ID answers (RFC 6749 §5.2, and its own) when it knows the client and says no. Others may pass. */
const REFUSED_LOGINS = new Set(
  "access_denied invalid_client invalid_grant invalid_request invalid_resource invalid_scope unauthorized_client".split(
    " ",
  ),
);

/**
 * An error of Azure's clients as one of a WrappingKey; `otherwise` is what a 400 of Key Vault means. The message has the
 * status, the codes and the words of the service. The error itself is not kept: it holds the request with its token.
 */
export function azureError(name: string, thrown: unknown, otherwise: ErrorCode): KustodyError {
  const error = asRecord(thrown);
  const message = `${name}: ${wordsOf(error)}`;
  const login = loginAnswer(error);
  const status = error["statusCode"];
  if (login === undefined ? !isRefusal(status) : !REFUSED_LOGINS.has(login)) {
    return new KustodyError("KST_KEY_UNREACHABLE", message, { retry: "backoff" });
  }
  return new KustodyError(login === undefined && status === 400 ? otherwise : "KST_KEY_REFUSED", message, {
    hint: "check that the key is enabled and not expired, and that the identity has get, wrapKey and unwrapKey on it",
  });
}

/** 408 and 429 pass; what else begins with 4 lasts until somebody changes something. */
function isRefusal(status: unknown): boolean {
  return typeof status === "number" && status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** The error code that the login service answered, somewhere below what its client threw. */
function loginAnswer(error: UntypedRecord): string | undefined {
  let one: unknown = error;
  for (let depth = 0; depth < 5 && isRecord(one); depth++) {
    if (one["name"] === "ServerError") return asText(one["errorCode"]);
    one = one["cause"];
  }
  return undefined;
}

function wordsOf(error: UntypedRecord): string {
  return [error["statusCode"], error["code"], error["message"]]
    .filter((part) => typeof part === "string" || typeof part === "number")
    .join(" ")
    .replaceAll(/\s+/g, " ")
    .slice(0, 400);
}
