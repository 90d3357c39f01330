import { createHash } from "node:crypto";
import type { KeyReport, KeyState, NamedObjects, ResourceReport } from "./storage-report.ts";
import { type StoredKey, type StoredUse, sameKey } from "./stored-key.ts";

/** What is known about the key that now writes, from where it is decided. */
export interface WritingKey {
  /** `proof`: an object was written anew, and etcd showed with what. */
  readonly knownBy: "configuration" | "metrics" | "proof";
  readonly provider: StoredKey["provider"];
  readonly name: string;
  readonly keyId?: string;
  /** Where it is known which key of the KMS: a hash as in metrics (`sha256:…`), or the id. */
  readonly keyIdHash?: string;
}

interface Count {
  readonly use: StoredUse;
  objects: number;
  lastRevision: number;
  readonly names: string[];
}

const LISTED_SEEDS = 100;

/** Counts the values of one resource by how they are encrypted; keeps some names of each, so memory does not grow with objects. */
export class Tally {
  readonly #resource: string;
  readonly #names: number;
  readonly #counts = new Map<StoredUse, Count>();
  #kept = 0;
  #objects = 0;

  /** `names`: how many names are kept in all, and of each use. */
  constructor(resource: string, names: number) {
    this.#resource = resource;
    this.#names = names;
  }

  /** `name` is asked for only where it is kept. */
  add(use: StoredUse, revision: number, name: () => string): void {
    let count = this.#counts.get(use);
    if (count === undefined) {
      count = { use, objects: 0, lastRevision: 0, names: [] };
      this.#counts.set(use, count);
    }
    this.#objects++;
    count.objects++;
    if (revision > count.lastRevision) count.lastRevision = revision;
    if (count.names.length < this.#names && this.#kept < 20 * this.#names) {
      count.names.push(name());
      this.#kept++;
    }
  }

  /** The key that wrote last, or what `writing` says. Undefined where nothing is there. */
  current(writing?: WritingKey): StoredKey | undefined {
    const candidates = [...this.#counts.values()].filter(
      ({ use }) => use.state !== "damaged" && (writing === undefined || isWritten(use.key, writing)),
    );
    const newest = candidates.reduce<Count | undefined>(
      (best, count) => (best === undefined || count.lastRevision > best.lastRevision ? count : best),
      undefined,
    );
    if (newest !== undefined) return newest.use.key;
    // Nothing has been written with it yet.
    return writing === undefined ? undefined : { provider: writing.provider, name: writing.name };
  }

  report(writing?: WritingKey): ResourceReport {
    const current = this.current(writing);
    const keys = groupByKey([...this.#counts.values()], current);
    const named = (state: KeyState): NamedObjects => {
      const counts = [...this.#counts.values()].filter(({ use }) => stateOf(use, current) === state);
      return {
        objects: counts.reduce((sum, { objects }) => sum + objects, 0),
        names: counts.flatMap(({ names }) => names).slice(0, this.#names),
      };
    };
    return {
      resource: this.#resource,
      objects: this.#objects,
      ...(current === undefined
        ? {}
        : { current: { key: current, knownBy: writing === undefined ? "newest write" : writing.knownBy } }),
      keys,
      plain: named("plain"),
      stale: named("stale"),
      damaged: named("damaged"),
    };
  }
}

/** What a value is, measured by the key that now writes. */
export function stateOf({ state, key }: StoredUse, current: StoredKey | undefined): KeyState {
  if (state !== "encrypted") return state;
  return current !== undefined && sameKey(key, current) ? "current" : "stale";
}

/** The API server's name for a key id in its metrics (kubernetes, envelope/metrics/metrics.go). */
export function keyIdHash(keyId: string): string {
  return `sha256:${createHash("sha256").update(keyId).digest("hex")}`;
}

function isWritten(key: StoredKey, writing: WritingKey): boolean {
  if (key.provider !== writing.provider || key.name !== writing.name) return false;
  if (writing.keyId !== undefined && key.keyId !== writing.keyId) return false;
  return writing.keyIdHash === undefined || (key.keyId !== undefined && keyIdHash(key.keyId) === writing.keyIdHash);
}

function groupByKey(counts: readonly Count[], current: StoredKey | undefined): KeyReport[] {
  const groups = new Map<string, Count[]>();
  for (const count of counts) {
    const { state, key } = count.use;
    const id = JSON.stringify([state, key.provider, key.name, key.keyId ?? null, key.dataKey ?? null]);
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [count]);
    else group.push(count);
  }
  return [...groups.values()]
    .map((group) => reportOf(group, current))
    .toSorted((one, other) => other.lastRevision - one.lastRevision);
}

function reportOf(group: readonly Count[], current: StoredKey | undefined): KeyReport {
  const [first] = group;
  if (first === undefined) throw new TypeError("a group has members");
  const { key } = first.use;
  const seeds = group
    .flatMap(({ use, objects }) => (use.seed === undefined ? [] : [{ seed: use.seed, objects }]))
    .toSorted((one, other) => other.objects - one.objects);
  return {
    key,
    ...(key.keyId === undefined ? {} : { keyIdHash: keyIdHash(key.keyId) }),
    state: stateOf(first.use, current),
    objects: group.reduce((sum, { objects }) => sum + objects, 0),
    seeds: seeds.slice(0, LISTED_SEEDS),
    seedCount: seeds.length,
    lastRevision: Math.max(...group.map(({ lastRevision }) => lastRevision)),
  };
}
