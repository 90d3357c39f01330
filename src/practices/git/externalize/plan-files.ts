import type { MovableSecret, Naming, TextPlan } from "./model.ts";
import { readSources, type SourceFile, type UnreadFile } from "./observe.ts";
import { planText } from "./plan-text.ts";

/** A file with Secrets in it, and what is to become of them. */
export interface FilePlan {
  readonly source: SourceFile;
  readonly plan: TextPlan;
  /** What already stands in the way of changing it. */
  readonly obstacles: readonly string[];
}

export interface FilePlans {
  /** Those in which something is to move. */
  readonly files: readonly FilePlan[];
  /** Those in which nothing can, each with why. */
  readonly still: readonly FilePlan[];
  readonly unread: readonly UnreadFile[];
}

/** Reads files and plans. Errors: KST_INPUT_UNREADABLE for a path that does not exist. */
export function planFiles(paths: readonly string[], base: string, naming: Naming): FilePlans {
  const unread: UnreadFile[] = [];
  const plans: FilePlan[] = [];
  for (const source of readSources(paths, base)) {
    if (!("bytes" in source)) {
      unread.push(source);
      continue;
    }
    const plan = planText(source.bytes.toString("utf8"), source.shown, naming);
    if (plan.secrets.length > 0 || plan.unmoved.length > 0)
      plans.push({ source, plan, obstacles: ownObstacles(source, plan) });
  }
  const clashes = clashesOf(plans, naming);
  const files = plans.filter(({ plan }) => plan.secrets.length > 0);
  return {
    files: files.map((file) => ({ ...file, obstacles: [...file.obstacles, ...(clashes.get(file) ?? [])] })),
    still: plans.filter(({ plan }) => plan.secrets.length === 0),
    unread,
  };
}

function ownObstacles({ locked }: SourceFile, { unmoved }: TextPlan): readonly string[] {
  const failed = unmoved.filter(({ outcome }) => outcome === "failed");
  return [
    ...(locked === undefined ? [] : [locked]),
    ...failed.map(({ title, line, reason }) => `${title} in line ${line}: ${reason}`),
  ];
}

/** Manifests that want the same remote key for different values: none of them is right. */
function clashesOf(plans: readonly FilePlan[], { store }: Naming): ReadonlyMap<FilePlan, readonly string[]> {
  const clashes = new Map<FilePlan, string[]>();
  const all = plans.flatMap((file) => file.plan.secrets.map((secret) => ({ file, secret })));
  for (const same of Map.groupBy(all, ({ secret }) => placeOf(secret, store.kind)).values()) {
    const [first, ...others] = same;
    if (first === undefined) continue;
    for (const other of others) {
      const entries = differing(first.secret, other.secret);
      if (entries.length === 0) continue;
      for (const [one, rival] of [
        [first, other],
        [other, first],
      ] as const) {
        const place = `${rival.file.source.shown}:${rival.secret.line}`;
        const clash = `${one.secret.namespace}/${one.secret.name}: ${place} has other values for the same remote key: ${entries.join(", ")}`;
        clashes.set(one.file, [...(clashes.get(one.file) ?? []), clash]);
      }
    }
  }
  return clashes;
}

/** SecretStores of one name are as many stores as there are namespaces. */
function placeOf({ namespace, key }: MovableSecret, kind: Naming["store"]["kind"]): string {
  return kind === "SecretStore" ? `${namespace}//${key}` : key;
}

function differing({ entries: a }: MovableSecret, { entries: b }: MovableSecret): readonly string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((name) => {
    const [one, other] = [a.get(name)?.value, b.get(name)?.value];
    return one === undefined || other === undefined || !one.equals(other);
  });
}
