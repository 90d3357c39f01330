import type { Secret } from "../../../../kernel/secret/secret.ts";

/** From this many characters on, two of them tell nobody anything. */
const LONG = 16;

/**
 * What `--show` shows of a value, enough for its owner to recognise it: how it begins and how long it is. Of a short one
 * nothing but that it is short. A door.
 */
export function maskedValue(secret: Secret): string {
  const characters = Array.from(secret.unwrap().toString("utf8"));
  if (characters.length < LONG) return "a short value";
  return `${characters.slice(0, 2).join("")}… (${characters.length} characters)`;
}
