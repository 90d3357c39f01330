/** Reading of values that came from outside: whatever has another type than expected counts as absent. */
export type UntypedRecord = Readonly<Record<string, unknown>>;

const NOTHING: UntypedRecord = Object.freeze({});
const NONE: readonly unknown[] = Object.freeze([]);

/** `value` as a record; an empty one where it is none. */
export function asRecord(value: unknown): UntypedRecord {
  return isRecord(value) ? value : NOTHING;
}

/** `value` as a list; an empty one where it is none. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : NONE;
}

/** `value` where it is a text. */
export function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The texts of a list. */
export function asTexts(value: unknown): readonly string[] {
  return asList(value).filter((item) => typeof item === "string");
}

export function isRecord(value: unknown): value is UntypedRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
