import type { Ref } from "../store.ts";

/** One string for one ref. The version's length stands first, so that no character in key or version can forge another ref. */
export function refKey(ref: Ref): string {
  const part = ref.part === "metadata" ? "m" : "v";
  return ref.version === undefined ? `${part}-${ref.key}` : `${part}${ref.version.length}:${ref.version}${ref.key}`;
}
