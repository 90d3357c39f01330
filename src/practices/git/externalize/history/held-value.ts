import type { Secret } from "../../../../kernel/secret/secret.ts";
import type { Entry, MovableSecret } from "../model.ts";
import { tellingNeedles } from "../value-needles.ts";

/** A value that was moved, to be looked for elsewhere. */
export interface HeldValue {
  /** As people know it: `shop/db password`. */
  readonly title: string;
  /** Of the entry: `password`. */
  readonly name: string;
  readonly entry: Entry;
  /** None where the value cannot be told from other text. */
  readonly needles: readonly Secret[];
}

/** The values of Secrets, each once for one Secret and entry. */
export function heldValues(secrets: readonly MovableSecret[]): readonly HeldValue[] {
  const values = secrets.flatMap(({ namespace, name, entries }) =>
    [...entries].map(([key, entry]) => ({ title: `${namespace}/${name} ${key}`, name: key, entry })),
  );
  const once = new Map(values.filter(({ entry }) => entry.value.size > 0).map((value) => [value.title, value]));
  return [...once.values()].map((value) => ({ ...value, needles: tellingNeedles(value.name, value.entry) }));
}
