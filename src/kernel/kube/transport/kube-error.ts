import { type ErrorCode, KustodyError, type Retry } from "../../errors.ts";

/** What the API server answers instead of an object: `metav1.Status`, the parts that we read. */
interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: {
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly field?: string; readonly reason?: string; readonly message?: string }[];
  };
}

export interface FailedCall {
  /** What was tried, in product words: `get secrets shop/db`. */
  readonly what: string;
  readonly status: number;
  readonly body: Buffer;
  /** From Retry-After, in milliseconds. */
  readonly retryAfter?: number | undefined;
  /** The object may hold secret values, which an admission webhook could quote: its message is left out. */
  readonly secretive: boolean;
}

/** Status and, where it matters, reason → our code. First match wins. */
const CODES: readonly (readonly [status: number, reason: string | undefined, code: ErrorCode, hint: string])[] = [
  [
    401,
    undefined,
    "KST_KUBE_UNAUTHORIZED",
    "the API server does not know this identity; log in again or renew the token",
  ],
  [403, undefined, "KST_KUBE_FORBIDDEN", "grant the right; `kubectl auth can-i` shows what this identity may do"],
  [404, undefined, "KST_KUBE_NOT_FOUND", "check the name, the namespace, and that the kind is installed"],
  [409, "AlreadyExists", "KST_KUBE_EXISTS", "an object of this name is there already"],
  [409, undefined, "KST_KUBE_CONFLICT", "somebody else changed or owns it; read it again"],
  [410, undefined, "KST_KUBE_EXPIRED", "the version asked for is no longer kept; list again"],
  [412, undefined, "KST_KUBE_CONFLICT", "somebody else changed it; read it again"],
  [413, undefined, "KST_KUBE_INVALID", "the object is larger than the API server accepts"],
  [422, undefined, "KST_KUBE_INVALID", "correct the fields that the message names"],
  [400, undefined, "KST_KUBE_INVALID", "correct the object or the request"],
  [415, undefined, "KST_KUBE_INVALID", "the API server does not support this kind of request for this kind of object"],
  [429, undefined, "KST_KUBE_BUSY", "the API server turns requests away; it will take them later"],
];

const RETRIED: Partial<Record<ErrorCode, Retry>> = {
  KST_KUBE_CONFLICT: "backoff",
  KST_KUBE_EXPIRED: "backoff",
  KST_KUBE_BUSY: "backoff",
  KST_KUBE_SERVER: "backoff",
};

/** The API server's refusal as our error. */
export function kubeError(call: FailedCall): KustodyError {
  const status = parseStatus(call.body);
  const found = CODES.find(
    ([code, reason]) => code === call.status && (reason === undefined || reason === status.reason),
  );
  const [, , code, hint] = found ?? [0, undefined, "KST_KUBE_SERVER" as const, "look at the API server's log"];
  const after = call.retryAfter ?? (status.details?.retryAfterSeconds ?? 0) * 1000;
  const retry = RETRIED[code] ?? "never";
  return new KustodyError(code, `${call.what}: ${explanation(status, call)}`, {
    hint,
    retry: retry === "backoff" && after > 0 ? { after } : retry,
  });
}

/** A Status that arrives inside a watch. */
export function watchError(what: string, status: unknown): KustodyError {
  const { code } = (status ?? {}) as { code?: number };
  return kubeError({ what, status: code ?? 500, body: Buffer.from(JSON.stringify(status ?? {})), secretive: false });
}

function explanation(status: Status, call: FailedCall): string {
  const reason = status.reason ?? `HTTP ${call.status}`;
  if (!call.secretive) return (status.message ?? reason).slice(0, 2000);
  const fields = status.details?.causes?.map((cause) => cause.field).filter(Boolean) ?? [];
  return fields.length === 0 ? reason : `${reason} (${fields.join(", ").slice(0, 500)})`;
}

function parseStatus(body: Buffer): Status {
  try {
    const parsed: unknown = JSON.parse(body.toString("utf8"));
    return typeof parsed === "object" && parsed !== null ? (parsed as Status) : {};
  } catch {
    return {};
  }
}
