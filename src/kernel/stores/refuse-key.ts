import type { StoreError } from "./store.ts";

const LONGEST_KEY = 4_096;

/**
 * Refuses keys that a path-shaped store or something between could read as another key: empty ones, dot segments also
 * when percent-encoded, control characters, backslashes. Undefined when the key is well-formed.
 */
export function refuseKey(key: string): StoreError | undefined {
  const why = whyNot(key);
  return why === undefined ? undefined : { error: "invalid", message: `this key cannot be used: ${why}` };
}

function whyNot(key: string): string | undefined {
  if (key === "") return "it is empty";
  if (key.length > LONGEST_KEY) return `it is longer than ${LONGEST_KEY} characters`;
  if (/[\p{Cc}\\]/u.test(key)) return "it has a control character or a backslash";
  if (!key.isWellFormed()) return "it is not valid Unicode";
  const segments = key.replaceAll(/%2e/gi, ".").replaceAll(/%2f/gi, "/").split("/");
  if (segments.some((segment) => segment === "." || segment === "..")) return "it has a dot segment";
  return undefined;
}
