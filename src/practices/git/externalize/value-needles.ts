import { Secret } from "../../../kernel/secret/secret.ts";
import type { Entry, MovableSecret } from "./model.ts";

/** Shorter values are words of everywhere: what holds them says nothing. In bytes. */
export const SHORTEST_TOLD = 4;

/**
 * The texts by which a value is recognised wherever it stands: as it was written, as it is, and in base64; of several lines
 * the longest, since YAML indents them. Without the short ones. They are copies. A door.
 */
export function needlesOf({ value, written }: Entry): readonly Secret[] {
  const texts = [value.unwrap(), written.unwrap()].map((bytes) => longestLine(bytes.toString("latin1")));
  texts.push(value.unwrap().toString("base64"));
  const told = [...new Set(texts)].filter((text) => text.length >= SHORTEST_TOLD);
  return value.size < SHORTEST_TOLD ? [] : told.map((text) => Secret.fromBytes(Buffer.from(text, "latin1")));
}

function longestLine(text: string): string {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim());
  return lines.reduce((longest, line) => (line.length > longest.length ? line : longest), "");
}

const known = new WeakMap<Entry, readonly Secret[]>();

/** Whether a text holds a value of one of these Secrets that has at least so many bytes. */
export function holdsValue(text: string, secrets: readonly MovableSecret[], shortest = SHORTEST_TOLD): boolean {
  using haystack = Secret.fromText(text);
  return secrets.some(({ entries }) =>
    [...entries.values()].some((entry) => {
      if (entry.value.size < shortest) return false;
      const needles = known.get(entry) ?? needlesOf(entry);
      known.set(entry, needles);
      return needles.some((needle) => haystack.includes(needle));
    }),
  );
}
