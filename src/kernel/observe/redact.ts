import { Secret } from "../secret/secret.ts";

/** Whatever stands under a key like these is never logged, at any depth; compared without case, dashes and underscores. */
const SENSITIVE_KEY =
  /pass(word|wd|phrase)?$|secret$|secrets$|token$|authorization$|cookie$|credentials?$|privatekey$|apikey$|accesskey$|keypem$|^auth$|^data$|^stringdata$|^body$/;

/** Properties of errors that say what failed; others, such as a client's request with its headers, stay out. */
const ERROR_FACTS = ["code", "hint", "status", "statusCode", "syscall", "errno", "address", "port", "path", "dest"];

const BOUNDS = { depth: 8, entries: 100, text: 4096 } as const;
const MASK = "[redacted]";

/**
 * A plain copy of `value` that may be logged: Secrets and values under sensitive keys are masked, bytes become their
 * length, errors keep message, stack, a few facts and their causes, cycles and excess end early.
 */
export function redact(value: unknown): unknown {
  return copy(value, BOUNDS.depth, new Set());
}

/** Text without the credentials that people put into URLs and headers, and of bounded length. */
export function redactText(text: string): string {
  const cut = text.length > BOUNDS.text ? `${text.slice(0, BOUNDS.text)}… (${text.length} characters)` : text;
  return cut
    .replace(/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]{1,1024}@/gi, `$1${MASK}@`)
    .replace(/\b(bearer|basic) +[\w~+/.=-]{4,}/gi, `$1 ${MASK}`)
    .replace(/\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g, MASK)
    .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, MASK);
}

function copy(value: unknown, depth: number, above: Set<object>): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  if (typeof value === "function") return undefined;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Secret) return value.toString();
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof URL) return redactText(value.href);
  if (above.has(value)) return "[circular]";
  if (depth === 0) return "[deeper]";
  above.add(value);
  const inner = (child: unknown) => copy(child, depth - 1, above);
  const result = value instanceof Error ? copyError(value, inner) : copyEntries(value, inner);
  above.delete(value);
  return result;
}

function copyEntries(value: object, inner: (child: unknown) => unknown): unknown {
  if (Array.isArray(value) || value instanceof Set) {
    const elements = [...value.values()];
    const rest = elements.length - BOUNDS.entries;
    return [...elements.slice(0, BOUNDS.entries).map(inner), ...(rest > 0 ? [`… ${rest} more`] : [])];
  }
  const entries: [string, unknown][] =
    value instanceof Map ? [...value].map(([key, child]) => [String(key), child]) : Object.entries(value);
  const kept = entries
    .slice(0, BOUNDS.entries)
    .map(([key, child]): [string, unknown] => [key, isSensitive(key) && child != null ? MASK : inner(child)]);
  const rest = entries.length - BOUNDS.entries;
  return Object.fromEntries(rest > 0 ? [...kept, ["…", `${rest} more`]] : kept);
}

function copyError(error: Error, inner: (child: unknown) => unknown): unknown {
  const facts = ERROR_FACTS.map((name) => [name, (error as unknown as Record<string, unknown>)[name]] as const).filter(
    ([, fact]) => typeof fact === "string" || typeof fact === "number",
  );
  return {
    type: error.name,
    message: redactText(error.message),
    ...Object.fromEntries(facts.map(([name, fact]) => [name, inner(fact)])),
    stack: typeof error.stack === "string" ? redactText(error.stack) : undefined,
    ...(error.cause === undefined ? {} : { cause: inner(error.cause) }),
    ...(error instanceof AggregateError ? { errors: inner(error.errors) } : {}),
  };
}

function isSensitive(key: string): boolean {
  return SENSITIVE_KEY.test(key.toLowerCase().replace(/[-_.]/g, ""));
}
