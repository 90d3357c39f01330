import type { KustodyError, Retry } from "../../../kernel/errors.ts";
import { isStoreError, type StoreError, type Value } from "../../../kernel/stores/store.ts";
import type { Answers } from "./answers.ts";
import { addFound, addTo, type Renaming } from "./assemble.ts";
import { placeOf } from "./place-in-spec.ts";
import { retryOf } from "./read-wanted.ts";
import type { TargetData } from "./target-data.ts";
import { isSought, type Sought, type Wanted } from "./wanted.ts";

export type Gathered =
  | {
      readonly kind: "gathered";
      /** Keys that the store doesn't have, where that is no failure. */
      readonly missing: readonly Wanted[];
      /** Searches that found nothing. */
      readonly empty: readonly Sought[];
    }
  | { readonly kind: "failed"; readonly cause: string; readonly retry: Retry };

interface Fault {
  readonly cause: string;
  readonly retry: Retry;
}

/** Everything into `data`, in the order in which later entries win. The first entry that fails decides; all are named. */
export async function gather(
  data: TargetData,
  wanted: readonly (Wanted | Sought)[],
  answers: Answers,
  mayMiss: boolean,
  renaming: Renaming,
): Promise<Gathered> {
  const missing: Wanted[] = [];
  const empty: Sought[] = [];
  const faults: Fault[] = [];
  const note = (entry: Wanted | Sought, fault: KustodyError | undefined): void => {
    if (fault !== undefined) faults.push({ cause: `${placeOf(entry)}: ${fault.message}`, retry: "backoff" });
  };
  for (const entry of wanted) {
    if (isSought(entry)) {
      const found = valuesOf(entry, answers);
      if (!(found instanceof Map)) faults.push(...found);
      else if (found.size === 0) empty.push(entry);
      else note(entry, await addFound(data, entry, found, renaming));
      continue;
    }
    const answer = answers.of(entry);
    if (!isStoreError(answer)) note(entry, await addTo(data, entry, answer, renaming));
    else if (answer.error === "missing" && mayMiss) missing.push(entry);
    else faults.push({ cause: `${placeOf(entry)}: ${explain(answer)}`, retry: retryOf(answer) });
  }
  const [first] = faults;
  if (first === undefined) return { kind: "gathered", missing, empty };
  const shown = faults.slice(0, 3).map(({ cause }) => cause);
  const more = faults.length > 3 ? `; and ${faults.length - 3} more` : "";
  return { kind: "failed", cause: shown.join("; ") + more, retry: first.retry };
}

/** What a search found, without what was deleted since, or what of it could not be read. */
function valuesOf(sought: Sought, answers: Answers): Map<string, Value> | readonly Fault[] {
  const found = answers.foundBy(sought);
  if ("error" in found) return [{ cause: `${placeOf(sought)}: ${explain(found)}`, retry: retryOf(found) }];
  const values = new Map<string, Value>();
  const faults: Fault[] = [];
  for (const [key, answer] of found) {
    if (!isStoreError(answer)) values.set(key, answer);
    else if (answer.error !== "missing") {
      const cause = `${placeOf(sought)}: key ${JSON.stringify(key.slice(0, 300))}: ${explain(answer)}`;
      faults.push({ cause, retry: retryOf(answer) });
    }
  }
  return faults.length === 0 ? values : faults;
}

function explain({ error, message }: StoreError): string {
  return `${error}: ${message}`;
}
