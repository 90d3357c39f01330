import { Secret } from "../../../kernel/secret/secret.ts";
import type { Entry, MovableSecret } from "./model.ts";

/** The texts by which the value of an entry is recognised. They are copies, kept as long as the entry. */
export type Needles = (name: string, entry: Entry) => readonly Secret[];

/** In bytes: what is shorter stands everywhere. */
const SHORTEST = 4;
const SHORTEST_TELLING = 8;
/** Words, numbers and host names: users, ports and servers, which other text has as well. */
const PLAIN = [/^[A-Za-z]?[a-z]*$/, /^[A-Z]+$/, /^[\d.]+$/, /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,10}(?::\d+)?$/];

/** Whether a text is of its own kind enough that whatever holds it holds this value. */
export function isTelling(text: string): boolean {
  return text.length >= SHORTEST_TELLING && !PLAIN.some((pattern) => pattern.test(text));
}

/**
 * As it was written, as it is, and in base64; of several lines the longest, since YAML indents them. For text that is about
 * the Secret: what is shown of it must have none. A door.
 */
export const anyNeedles: Needles = remembered((_, { value, written }) => {
  const forms = [value, written].flatMap(spellings);
  return [...forms, value.unwrap().toString("base64")].filter(
    (form) => form.length >= SHORTEST && value.size >= SHORTEST,
  );
});

/** The same for text that is about anything: what isn't telling has to stand behind the entry's name. A door. */
export const tellingNeedles: Needles = remembered((name, { value, written }) => {
  const forms = [value, written].flatMap(spellings);
  const base64 = value.unwrap().toString("base64");
  return [...new Set([...forms, base64])].flatMap((form) => {
    if (form === "") return [];
    if (isTelling(form)) return [form];
    return isOneLine(value) ? ASSIGNED.map((assigned) => assigned(name) + form) : [];
  });
});

const ASSIGNED: readonly ((name: string) => string)[] = [
  (name) => `${name}: `,
  (name) => `${name}: "`,
  (name) => `${name}: '`,
  (name) => `"${name}": "`,
  (name) => `"${name}":"`,
  (name) => `${name}=`,
  (name) => `${name}="`,
];

/** A value's longest line as byte strings: as it is, and as it stands between double and between single quotes. */
function spellings(value: Secret): readonly string[] {
  const line = longestLine(value.unwrap().toString("latin1"));
  return [line, doubleQuoted(line), line.replaceAll("'", "''")];
}

/** As JSON and YAML have it inside of double quotes. */
export function doubleQuoted(bytes: string): string {
  return bytes.replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
}

function isOneLine(value: Secret): boolean {
  return !value.unwrap().subarray(0, -1).includes(0x0a);
}

function longestLine(text: string): string {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim());
  return lines.reduce((longest, line) => (line.length > longest.length ? line : longest), "");
}

function remembered(make: (name: string, entry: Entry) => readonly string[]): Needles {
  const known = new WeakMap<Entry, readonly Secret[]>();
  return (name, entry) => {
    let needles = known.get(entry);
    if (needles === undefined) {
      needles = [...new Set(make(name, entry))].map((text) => Secret.fromBytes(Buffer.from(text, "latin1")));
      known.set(entry, needles);
    }
    return needles;
  };
}

/** Whether a text holds a value of one of these Secrets. */
export function holdsValue(text: string, secrets: readonly MovableSecret[], needles: Needles = anyNeedles): boolean {
  using haystack = Secret.fromText(text);
  return secrets.some(({ entries }) =>
    [...entries].some(([name, entry]) => needles(name, entry).some((needle) => haystack.includes(needle))),
  );
}
