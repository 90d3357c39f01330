import { toKustodyError } from "../errors.ts";
import type { StoreError } from "./store.ts";

/** What a store threw, as an answer: what only a change of the specification can cure is `invalid`, all else may pass. */
export function storeErrorOf(error: unknown): StoreError {
  const known = toKustodyError(error);
  const isLasting = known.retry === "never" && known.code !== "KST_INTERNAL" && !known.code.startsWith("KST_HTTP_");
  return {
    error: isLasting ? "invalid" : "unavailable",
    message: known.message,
    ...(typeof known.retry === "object" ? { retryAfterMillis: known.retry.after } : {}),
  };
}
