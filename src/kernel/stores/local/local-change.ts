import type { Secret } from "../../secret/secret.ts";
import { copySecret } from "../copy-secret.ts";
import type { LocalContent, LocalVersion } from "./local-format.ts";

/** Versions of a key that are kept. */
export const KEPT_VERSIONS = 10;

/** The content after `value` became the newest version of `key`. Pure; the new content shares the other values. */
export function withValue(content: LocalContent, key: string, value: Secret, at: number): LocalContent {
  const revision = content.revision + 1;
  const versions = [...(content.keys.get(key) ?? []), { revision, at, value: copySecret(value) }].slice(-KEPT_VERSIONS);
  return { revision, keys: new Map([...content.keys, [key, versions]]) };
}

/** The content without `key`, all its versions included. */
export function withoutKey(content: LocalContent, key: string): LocalContent {
  const keys = new Map(content.keys);
  keys.delete(key);
  return { revision: content.revision + 1, keys };
}

export function newestOf(content: LocalContent, key: string): LocalVersion | undefined {
  return content.keys.get(key)?.at(-1);
}

/** Keys that were added, changed or removed between two states. */
export function changedKeys(before: LocalContent, after: LocalContent): string[] {
  const all = new Set([...before.keys.keys(), ...after.keys.keys()]);
  return [...all].filter((key) => newestOf(before, key)?.revision !== newestOf(after, key)?.revision);
}
