import { asList, asRecord, type UntypedRecord } from "../../../kernel/untyped.ts";

/**
 * Where `ours` would refuse or prune something that `theirs` takes, one line each. Pure. Defaults and descriptions are
 * no difference: an object is what its author wrote.
 */
export function narrowerThan(ours: UntypedRecord, theirs: UntypedRecord, at = ""): string[] {
  if (ours["x-kubernetes-preserve-unknown-fields"] === true && ours["properties"] === undefined) return [];
  if (ours["x-kubernetes-int-or-string"] === true) {
    return ["integer", "string"].includes(String(theirs["type"])) ? [] : [`${at}: is neither integer nor string`];
  }
  const wrong: string[] = [];
  if (ours["type"] !== theirs["type"])
    wrong.push(`${at}: ${String(ours["type"])} in place of ${String(theirs["type"])}`);
  for (const [word, tighter] of BOUNDS) {
    const [mine, their] = [ours[word], theirs[word]];
    if (mine !== undefined && (their === undefined ? !harmless(word, mine) : tighter(Number(mine), Number(their)))) {
      wrong.push(`${at}: ${word} ${Number(mine)} in place of ${Number(their)}`);
    }
  }
  if (ours["pattern"] !== undefined && ours["pattern"] !== theirs["pattern"]) wrong.push(`${at}: another pattern`);
  const values = asList(ours["enum"]);
  if (values.length > 0) {
    const lost = asList(theirs["enum"]).filter((value) => !values.includes(value));
    if (lost.length > 0 || (theirs["enum"] === undefined && !at.endsWith(".operator")))
      wrong.push(`${at}: enum lacks ${lost.join(", ")}`);
  }
  for (const name of asList(ours["required"])) {
    if (!asList(theirs["required"]).includes(name)) wrong.push(`${at}: requires ${String(name)}`);
  }
  const mine = asRecord(ours["properties"]);
  for (const [name, schema] of Object.entries(asRecord(theirs["properties"]))) {
    const values = ours["additionalProperties"];
    const field = mine[name] ?? (typeof values === "object" ? values : undefined);
    if (field === undefined) wrong.push(`${at}.${name}: missing`);
    else wrong.push(...narrowerThan(asRecord(field), asRecord(schema), `${at}.${name}`));
  }
  for (const [word, mark] of [
    ["items", "[]"],
    ["additionalProperties", "{}"],
  ] as const) {
    if (theirs[word] !== undefined)
      wrong.push(...narrowerThan(asRecord(ours[word]), asRecord(theirs[word]), `${at}${mark}`));
  }
  return wrong;
}

const less = (mine: number, theirs: number): boolean => mine < theirs;
const more = (mine: number, theirs: number): boolean => mine > theirs;

const BOUNDS = [
  ["maxLength", less],
  ["maxItems", less],
  ["maxProperties", less],
  ["maximum", less],
  ["minLength", more],
  ["minItems", more],
  ["minProperties", more],
  ["minimum", more],
] as const;

/** An int32 upstream has its bounds in its format. */
function harmless(word: string, value: unknown): boolean {
  return (word === "minimum" || word === "maximum") && Math.abs(Number(value)) >= 2 ** 31 - 1;
}
