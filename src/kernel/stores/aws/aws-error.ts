import { KustodyError } from "../../errors.ts";
import type { StoreError, StoreErrorReason } from "../store.ts";
import { storeErrorOf } from "../store-error.ts";

/** AWS's names of errors, by what they mean for a store. All others are `invalid` below status 500. */
const REASONS: Readonly<Record<StoreErrorReason, string>> = {
  missing: "ResourceNotFoundException ParameterNotFound ParameterVersionNotFound",
  denied:
    "AccessDeniedException AccessDenied UnauthorizedOperation KMSAccessDeniedException DecryptionFailure EncryptionFailure InvalidKeyId OptInRequired",
  throttled:
    "ThrottlingException Throttling ThrottledException RequestThrottled RequestThrottledException TooManyRequestsException RequestLimitExceeded SlowDown PriorRequestNotComplete TooManyUpdates",
  unauthenticated:
    "UnrecognizedClientException InvalidClientTokenId InvalidAccessKeyId InvalidSignatureException SignatureDoesNotMatch IncompleteSignature MissingAuthenticationToken MissingAuthenticationTokenException ExpiredTokenException ExpiredToken RequestExpired RequestTimeTooSkewed InvalidIdentityToken IDPRejectedClaim IDPCommunicationError NotAuthorized",
  conflict: "ResourceExistsException ParameterAlreadyExists",
  unavailable:
    "InternalServiceError InternalServerError InternalFailure ServiceUnavailable ServiceUnavailableException",
  sealed: "",
  invalid: "",
};
const REASON_OF = new Map(
  Object.entries(REASONS).flatMap(([reason, names]) =>
    names.split(" ").map((name) => [name, reason as StoreErrorReason] as const),
  ),
);

/** Errors by which the credentials no longer count, or never did: others may, since they are fetched anew. */
const CREDENTIALS = new Set(
  "UnrecognizedClientException InvalidClientTokenId InvalidAccessKeyId ExpiredTokenException ExpiredToken".split(" "),
);
/** Errors that also a wrong clock causes; the SDK then learns the difference from the reply's date. */
const SIGNATURE = new Set(
  "InvalidSignatureException SignatureDoesNotMatch RequestExpired RequestTimeTooSkewed RequestInTheFuture".split(" "),
);

/** AWS's name of an error; undefined for what never came from AWS. */
export function awsErrorName(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof KustodyError) return undefined;
  // A failed parse has $metadata too, and quotes what it could not parse.
  return "$fault" in error ? error.name : undefined;
}

export const isStaleLogin = (error: unknown): boolean => CREDENTIALS.has(awsErrorName(error) ?? "");
export const isBadSignature = (error: unknown): boolean => SIGNATURE.has(awsErrorName(error) ?? "");

/** Where a session keeps what a reply's Retry-After said. */
export const RETRY_AFTER = Symbol("retryAfterMillis");

/** Nobody could be logged in: what AWS says then is about the login, not about a key. */
export class LoginFailed extends Error {
  override readonly name = "LoginFailed";
  constructor(cause: unknown) {
    super("the login failed", { cause });
  }
}

/** Pure. What was thrown, as an answer. AWS's words name actions, ARNs and identities, never values. */
export function awsStoreError(error: unknown): StoreError {
  if (error instanceof LoginFailed) return ofLogin(awsStoreError(error.cause), awsErrorName(error.cause));
  const name = awsErrorName(error);
  if (name === undefined) return storeErrorOf(unwrapped(error));
  const retryAfterMillis = (error as { [RETRY_AFTER]?: number })[RETRY_AFTER];
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 400;
  return {
    ...storeErrorOfName(name, (error as Error).message, status),
    ...(retryAfterMillis === undefined ? {} : { retryAfterMillis }),
  };
}

function ofLogin(found: StoreError, name: string | undefined): StoreError {
  const isRefused = name !== undefined && ["denied", "missing", "invalid", "unauthenticated"].includes(found.error);
  return {
    ...found,
    ...(isRefused ? { error: "unauthenticated" } : {}),
    message: `the login failed: ${found.message}`,
  };
}

/** Pure. An error that AWS names inside a reply for one of several keys. */
export function storeErrorOfName(name: string, message: string, status = 400): StoreError {
  const reason = REASON_OF.get(name) ?? (status === 429 ? "throttled" : status >= 500 ? "unavailable" : "invalid");
  return { error: reason, message: `AWS answered ${name}: ${message.replaceAll(/\s+/g, " ").slice(0, 400)}` };
}

/** Our own errors that the SDK wrapped, and those of others. */
function unwrapped(error: unknown): unknown {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if (at instanceof KustodyError) return at;
  }
  // The SDK could not understand a reply, which may pass. Its own words, and V8's, quote the reply: they stay here.
  const kind = error instanceof Error ? error.name : typeof error;
  return new KustodyError("KST_STORE_FAILED", `AWS's reply cannot be understood (${kind})`, { retry: "backoff" });
}
