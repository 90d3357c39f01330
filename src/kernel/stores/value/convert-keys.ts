import { KustodyError } from "../../errors.ts";

/** ESO's `conversionStrategy`; absent changes nothing. */
export type ConversionStrategy = "Default" | "Unicode";

/**
 * A remote name as a key of a Secret. Letters and digits of any script stay, as in ESO; any other character but `-`, `.`
 * and `_` becomes `_` (Default) or its code point, `_U0041_` (Unicode, at least four lower-case hex digits).
 */
export function convertKey(name: string, strategy: ConversionStrategy | undefined): string {
  if (strategy === undefined) return name;
  return name.replaceAll(/[^\p{L}\p{N}\-._]/gu, (char) => {
    if (strategy === "Default") return "_";
    return `_U${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}_`;
  });
}

/** `entries` under their converted names. @throws KST_VALUE_KEY when two names become one. */
export function convertKeys<T>(
  entries: ReadonlyMap<string, T>,
  strategy: ConversionStrategy | undefined,
): Map<string, T> {
  const converted = new Map<string, T>();
  for (const [name, value] of entries) {
    const key = convertKey(name, strategy);
    if (converted.has(key)) throw badKey(key, "two remote names become this key");
    converted.set(key, value);
  }
  return converted;
}

/**
 * `entries` if each is a possible key of a Secret; entries with an empty name are left out, as in ESO. ESO lets letters of
 * every script pass here and the API server refuses them afterwards.
 *
 * @throws KST_VALUE_KEY naming the first key that isn't.
 */
export function checkKeys<T>(entries: ReadonlyMap<string, T>): Map<string, T> {
  const checked = new Map<string, T>();
  for (const [key, value] of entries) {
    if (key === "") continue;
    if (Buffer.byteLength(key) > 253) throw badKey(key, "it is longer than 253 characters");
    if (/[^\p{L}\p{N}\-._]/u.test(key)) throw badKey(key, "only letters, digits, '-', '.' and '_' are allowed");
    checked.set(key, value);
  }
  return checked;
}

function badKey(key: string, why: string): KustodyError {
  return new KustodyError("KST_VALUE_KEY", `cannot use ${JSON.stringify(key.slice(0, 253))} as a key: ${why}`, {
    hint: "choose another conversionStrategy, or rewrite the names",
  });
}
