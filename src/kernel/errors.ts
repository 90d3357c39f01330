/**
 * The one error class. A code is stable and documented in docs/errors.md (a test compares both directions);
 * the message says in product words what was being tried; the hint is the next step for the person who reads it.
 * Callers branch on `code` and `retry`, never on message text. Only entrances log errors.
 */
export type ErrorCode = keyof typeof ERROR_CODES;

/** When trying again makes sense: `"never"` until somebody changes something, `"backoff"`, or after a number of milliseconds. */
export type Retry = "never" | "backoff" | { readonly after: number };

/** Every code with what it means, one line each; docs/errors.md explains each with its remedy. */
export const ERROR_CODES = {
  KST_USAGE: "the command line cannot be understood",
  KST_INTERNAL: "a defect in Kustody itself",
  KST_CONFIG_INVALID: "kustody.yaml, a flag or a KUSTODY_* variable has a value that is not allowed",
  KST_INPUT_UNREADABLE: "a file or folder given as input cannot be read",
  KST_OUTPUT: "what was to be printed could not be written",
  KST_INTERRUPTED: "Ctrl-C or SIGTERM came before a command was done",
  KST_MANIFEST_INVALID: "a manifest is not valid YAML or JSON, or exceeds a bound",
  KST_HTTP_UNREACHABLE: "no connection to a server, or the connection was lost",
  KST_HTTP_TIMEOUT: "a server did not answer, or not wholly, within the time allowed",
  KST_HTTP_TLS: "the TLS handshake with a server failed, most often over a certificate",
  KST_HTTP_PROXY: "the proxy on the way to a server refused, or its address is wrong",
  KST_HTTP_PROTOCOL: "what came back is not valid HTTP",
  KST_HTTP_REQUEST: "a request cannot be sent as it is",
  KST_HTTP_REDIRECT: "a server redirects to where credentials must not go",
  KST_HTTP_TOO_LARGE: "a reply is larger than the bound",
  KST_HTTP_ABORTED: "a request was given up since it was no longer wanted",
  KST_LAB_UNSUPPORTED: "the lab cannot run on this operating system",
  KST_LAB_UNSAFE_FOLDER: "the folder where the lab registers its runs can be written to by others",
  KST_LAB_IN_USE: "a control plane already runs from this data folder",
  KST_LAB_NOT_RUNNING: "no control plane runs from this data folder",
  KST_LAB_PORT_TAKEN: "a server of the lab found its port taken",
  KST_LAB_START_FAILED: "a server of the lab did not start",
  KST_LAB_BINARY_MISSING: "a server binary is neither at hand nor can it be downloaded or built",
  KST_LAB_CHECKSUM: "a downloaded server binary is not the one that its checksum names",
  KST_LAB_BUILD_FAILED: "a server of the lab could not be built or installed",
  KST_LAB_NODE_REQUIREMENTS: "this machine lacks something that a real node needs",
  KST_KUBE_CONFIG: "a kubeconfig, or the credentials in it, is missing or cannot be used",
  KST_KUBE_EXEC: "a kubeconfig's credential plugin failed",
  KST_KUBE_UNAUTHORIZED: "the API server does not accept the credentials",
  KST_KUBE_FORBIDDEN: "this identity may not do that in the cluster",
  KST_KUBE_NOT_FOUND: "there is no such object or kind in the cluster",
  KST_KUBE_EXISTS: "an object of this name is in the cluster already",
  KST_KUBE_CONFLICT: "somebody else changed an object, or decides the same fields",
  KST_KUBE_INVALID: "the API server, or the client before it, refuses an object or request",
  KST_KUBE_EXPIRED: "the API server no longer keeps the version asked for",
  KST_KUBE_BUSY: "the API server turned the request away to protect itself",
  KST_KUBE_SERVER: "the API server failed",
  KST_KUBE_REPLY: "what the API server sent cannot be understood",
  KST_CRD_UNSUITED: "a CustomResourceDefinition in the cluster does not serve what Kustody needs",
  KST_RECORD_CONFLICT: "somebody else wrote a shared Secret first",
  KST_CERTIFICATES_INVALID: "the Secret with the server's certificates cannot be used",
  KST_HMAC_KEY_INVALID: "the Secret with the cluster's HMAC key cannot be used",
  KST_SERVER_LISTEN: "the address to serve on is taken or not allowed",
  KST_SERVER_NO_CERTIFICATE: "no certificate to serve with arrived in time",
  KST_STORE_SPEC: "the specification of a secret store cannot be used",
  KST_STORE_QUERY: "a store cannot look for keys in this way",
  KST_STORE_FAILED: "a store could not finish a listing",
  KST_REFERENCE_FOREIGN: "a store refers to an object in a namespace that it must not reach into",
  KST_ETCD_UNREACHABLE: "no answer from etcd",
  KST_ETCD_REFUSED: "etcd refused a call",
  KST_SNAPSHOT_UNREADABLE: "a snapshot of etcd cannot be read",
  KST_ENCRYPTION_NOT_READY: "the API servers do not all write with the same key yet",
  KST_ENCRYPTION_CONFIG: "an EncryptionConfiguration cannot be planned or changed as asked",
  KST_TAKEOVER_REFUSED: "taking over from External Secrets Operator would not be safe now",
  KST_KEY_URI: "the address of a key cannot be understood",
  KST_KEY_FILE: "a file of local keys, or of a credential, cannot be used",
  KST_KEY_REFUSED: "the key service refuses the key: it is disabled, deleted, or not allowed to us",
  KST_KEY_UNREACHABLE: "the key service did not answer",
  KST_KEY_MISMATCH: "what is to be unwrapped was not wrapped by this key",
  KST_KMS_REQUEST: "a KMS plugin was asked for something that it never encrypted, or that is out of bounds",
  KST_KMS_SOCKET: "the socket of a KMS plugin cannot be used",
  KST_LOCAL_STORE_KEY: "the key of the local store is missing, of the wrong length, or readable by others",
  KST_LOCAL_STORE_CORRUPT: "the file of the local store is damaged, or belongs to another key",
  KST_LOCAL_STORE_BUSY: "another process holds the local store",
  KST_VALUE_PROPERTY: "a remote value does not have the property that was asked for",
  KST_VALUE_NOT_OBJECT: "a remote value is not a JSON object, so it cannot be spread over keys",
  KST_VALUE_DECODE: "a remote value is not in the encoding that was asked for",
  KST_VALUE_NULL_BYTE: "a remote value has a NUL byte, which the policy forbids",
  KST_VALUE_KEY: "a key of the result is not allowed in a Secret, or two become one",
  KST_DURATION_INVALID: "a duration cannot be understood",
  KST_SCAN_CONFIG: "a configuration of the scanner cannot be used",
  KST_SCAN_GIT: "git could not tell what is staged, or what a history consists of",
  KST_SCAN_REPORT: "the report of a scan cannot be written, or a baseline cannot be read",
  KST_EXTERNALIZE_FILE: "a manifest could not be replaced by its ExternalSecret",
  KST_SYNC_FAILED: "an ExternalSecret could not be synced",
  KST_TEMPLATE_INVALID: "a template is not written as Go's text/template wants it",
  KST_TEMPLATE_FAILED: "a template could not be rendered with the data that there is",
  KST_TEMPLATE_BOUND: "a template takes more steps, time or memory than it may",
} as const;

export interface KustodyErrorOptions {
  readonly hint?: string;
  readonly retry?: Retry;
  readonly cause?: unknown;
}

/**
 * @example
 * throw new KustodyError("KST_INPUT_UNREADABLE", "cannot read deploy/db.yaml", { hint: "check the path and its permissions", cause });
 */
export class KustodyError extends Error {
  override readonly name = "KustodyError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly retry: Retry;

  constructor(code: ErrorCode, message: string, options: KustodyErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.retry = options.retry ?? "never";
  }
}

/** `error` as a KustodyError: itself where it is one, else wrapped as a defect that keeps its cause. */
export function toKustodyError(error: unknown): KustodyError {
  if (error instanceof KustodyError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new KustodyError("KST_INTERNAL", message, {
    hint: "please report this, with the command that you ran",
    cause: error,
  });
}
