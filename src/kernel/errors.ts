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
  KST_MANIFEST_INVALID: "a manifest is not valid YAML or JSON, or exceeds a bound",
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
