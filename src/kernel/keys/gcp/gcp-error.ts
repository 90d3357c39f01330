import { type ErrorCode, KustodyError } from "../../errors.ts";
import { asRecord, asText, type UntypedRecord } from "../../untyped.ts";

/** gRPC codes by which the key, or we, are not to be used; FAILED_PRECONDITION is a version that is not enabled. */
const REFUSED = new Map([
  [5, "NOT_FOUND"],
  [7, "PERMISSION_DENIED"],
  [9, "FAILED_PRECONDITION"],
  [16, "UNAUTHENTICATED"],
]);
const INVALID_ARGUMENT = 3;
/** What a token endpoint answers when it knows the client and says no (RFC 6749 §5.2). */
const REFUSED_LOGINS = new Set(["invalid_client", "invalid_grant", "unauthorized_client"]);

/** An error of a call of Cloud KMS as one of a WrappingKey; `otherwise` is what INVALID_ARGUMENT means. */
export function gcpCallError(name: string, thrown: unknown, otherwise: ErrorCode): KustodyError {
  const error = asRecord(thrown);
  const code = error["code"];
  if (code === INVALID_ARGUMENT) return new KustodyError(otherwise, `${name}: INVALID_ARGUMENT ${wordsOf(error)}`);
  const refusal = typeof code === "number" ? REFUSED.get(code) : undefined;
  if (refusal === undefined) return unreachable(`${name}: ${wordsOf(error)}`);
  return new KustodyError("KST_KEY_REFUSED", `${name}: ${refusal} ${wordsOf(error)}`, {
    hint: "check that the version is enabled, and that the identity may use it to encrypt and to decrypt",
  });
}

/** An error of Google's client while it logs in. */
export function gcpLoginError(name: string, thrown: unknown): KustodyError {
  const error = asRecord(thrown);
  const answer = asText(asRecord(asRecord(error["response"])["data"])["error"]);
  if (answer === undefined || !REFUSED_LOGINS.has(answer))
    return unreachable(`${name}: the login failed: ${wordsOf(error)}`);
  return new KustodyError("KST_KEY_REFUSED", `${name}: the login is refused: ${answer}`, {
    hint: "check the application default credentials of the plugin",
  });
}

/** The cause is not kept: it may hold the request with its token. */
function unreachable(message: string): KustodyError {
  return new KustodyError("KST_KEY_UNREACHABLE", message, { retry: "backoff" });
}

function wordsOf(error: UntypedRecord): string {
  return (asText(error["details"]) ?? asText(error["message"]) ?? "").replaceAll(/\s+/g, " ").slice(0, 300);
}
