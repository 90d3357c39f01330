import { KustodyError } from "../../../../kernel/errors.ts";
import { Secret } from "../../../../kernel/secret/secret.ts";
import { mergeObjects } from "../../../../kernel/stores/value/merge-objects.ts";
import type { Sources } from "../../../../kernel/template/render-value.ts";
import type { Rewrite, RewriteMerge } from "../../model/remote-ref.ts";
import { renameKeys } from "./rename-keys.ts";

/** Values under their keys. Whoever made them disposes of them, whatever they are called meanwhile. */
export type Entries = ReadonlyMap<string, Secret>;

/**
 * Carries out the steps of a `rewrite`, each on what the one before gave. Where two keys get one name the one that sorts last
 * wins, where upstream lets chance decide.
 *
 * @param own takes Secrets over that a step makes.
 * @throws KST_VALUE_KEY, KST_VALUE_NOT_OBJECT, KST_TEMPLATE_INVALID, KST_TEMPLATE_FAILED, KST_TEMPLATE_BOUND with the step's
 * place, never with a value
 */
export async function rewriteKeys(
  steps: readonly Rewrite[],
  given: Entries,
  own: (made: Secret) => Secret,
  sources: Sources,
  signal: AbortSignal,
): Promise<Entries> {
  let entries = given;
  for (const [index, { regexp, transform, merge }] of steps.entries()) {
    const place = `rewrite[${index}]`;
    if (merge !== undefined) {
      entries = merged(`${place}.merge`, merge, entries, own);
      continue;
    }
    const keys = [...entries.keys()].sort(byBytes);
    const names = await renameKeys(place, { regexp, transform }, keys, sources, signal);
    const renamed = new Map<string, Secret>();
    for (const key of keys) renamed.set(names.get(key) ?? key, entries.get(key) as Secret);
    entries = renamed;
  }
  return entries;
}

/** Upstream's merge: keys by their bytes, those of `priority` after them in its order, and later ones win. */
function merged(where: string, merge: RewriteMerge, entries: Entries, own: (made: Secret) => Secret): Entries {
  const { into = "", priority = [], priorityPolicy, conflictPolicy, strategy = "Extract" } = merge;
  const rest = [...entries.keys()].filter((key) => !priority.includes(key)).sort(byBytes);
  const absent = priority.filter((key) => !entries.has(key));
  if (absent.length > 0 && priorityPolicy !== "IgnoreNotFound") {
    throw mergeFault(where, `there is no key ${list(absent)}, which priority names`);
  }
  if (strategy === "JSON" && into === "") throw mergeFault(where, "into is not set, and strategy JSON needs it");
  const ordered = [...rest, ...priority].flatMap((key) => {
    const value = entries.get(key);
    return value === undefined ? [] : [[key, value] as const];
  });
  const all = mergeObjects(ordered);
  if (all.conflicts.length > 0 && conflictPolicy !== "Ignore") {
    throw mergeFault(where, `more than one value has ${list(all.conflicts)}`);
  }
  if (strategy === "JSON") return new Map([...entries, [into, own(all.json())]]);
  return new Map([...all.entries()].map(([key, value]) => [key, own(value)]));
}

function mergeFault(where: string, why: string): KustodyError {
  const hint = "set conflictPolicy: Ignore or priorityPolicy: IgnoreNotFound, or rename the keys before";
  return new KustodyError("KST_VALUE_KEY", `${where}: ${why}`, { hint });
}

function list(keys: readonly string[]): string {
  const shown = keys.slice(0, 5).map((key) => JSON.stringify(key.slice(0, 100)));
  return keys.length > 5 ? `${shown.join(", ")} and ${keys.length - 5} more` : shown.join(", ");
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
