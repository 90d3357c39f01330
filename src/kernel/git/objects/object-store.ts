import { readdirSync } from "node:fs";
import path from "node:path";
import { objectFolders } from "./alternates.ts";
import { applyDelta, deltaHead } from "./delta.ts";
import { looseIds, readLooseObject } from "./loose-objects.ts";
import { readMultiPackIndex } from "./multi-pack-index.ts";
import type { GitObject, ObjectProblem } from "./object-problem.ts";
import { type EntryHead, Pack } from "./pack.ts";
import { readPackIndex } from "./pack-index.ts";

export interface StoreOptions {
  /** 20 for SHA-1, 32 for SHA-256. */
  readonly hashLength: number;
  /** Larger objects are not read. In bytes. */
  readonly largest: number;
  /** A pack that cannot be used, or a folder that is not there. */
  readonly onUnusable?: (what: string, reason: string) => void;
}

/** git makes chains of 4095 at most; what is longer goes in circles, or wants to keep us busy. */
const LONGEST_CHAIN = 10_000;
const CACHE_BYTES = 32 * 1024 * 1024;

/** The objects of a repository and of those that it borrows from, read from its files. Nothing of git runs. */
export class ObjectStore implements Disposable {
  readonly packs: readonly Pack[];
  readonly #folders: readonly string[];
  readonly #options: StoreOptions;
  readonly #cache = new BaseCache();

  /** `folder` is the repository's `objects`. */
  constructor(folder: string, options: StoreOptions) {
    this.#options = options;
    this.#folders = objectFolders(folder, (missing) => options.onUnusable?.(missing, "there is no such folder"));
    this.packs = this.#folders.flatMap((one) => openPacks(one, options));
  }

  [Symbol.dispose](): void {
    for (const pack of this.packs) pack[Symbol.dispose]();
  }

  read(id: string): GitObject | ObjectProblem {
    const bytes = Buffer.from(id, "hex");
    let problem: ObjectProblem = "missing";
    if (bytes.length !== this.#options.hashLength) return problem;
    for (const pack of this.packs) {
      const rank = pack.rankOf(bytes);
      if (rank < 0) continue;
      const found = this.readPacked(pack, rank);
      if (typeof found === "object") return found;
      problem = found;
    }
    for (const folder of this.#folders) {
      const found = readLooseObject(folder, id, this.#options.largest);
      if (typeof found === "object") return found;
      if (found !== "missing") problem = found;
    }
    return problem;
  }

  *looseIds(): Generator<string> {
    for (const folder of this.#folders) yield* looseIds(folder, this.#options.hashLength);
  }

  readPacked(pack: Pack, rank: number, depth = 0): GitObject | ObjectProblem {
    const chain: { rank: number; head: EntryHead }[] = [];
    let base: GitObject | undefined;
    for (let at = rank; base === undefined; ) {
      base = this.#cache.get(pack, at);
      if (base !== undefined) break;
      const head = pack.headOf(at);
      if (head === undefined || chain.length >= LONGEST_CHAIN) return "corrupt";
      if (head.size > this.#options.largest) return "too large";
      if (head.type !== undefined) {
        const bytes = pack.inflate(at, head.dataOffset, head.size);
        if (bytes === undefined) return "corrupt";
        base = { type: head.type, bytes };
        this.#cache.set(pack, at, base);
        break;
      }
      chain.push({ rank: at, head });
      const next = head.baseId === undefined ? pack.rankAt(head.baseOffset ?? -1) : pack.rankOf(head.baseId);
      if (next < 0 && (head.baseId === undefined || depth > 0)) return "corrupt";
      if (next >= 0) at = next;
      else {
        const foreign = this.#readElsewhere(pack, head.baseId ?? Buffer.alloc(0));
        if (typeof foreign === "string") return foreign;
        base = foreign;
      }
    }
    for (const step of chain.toReversed()) {
      const made: GitObject | ObjectProblem = this.#apply(pack, step, base);
      if (typeof made === "string") return made;
      base = made;
      this.#cache.set(pack, step.rank, base);
    }
    return base;
  }

  /** A delta in one pack may stand on an object of another; that one's own base may not, so nothing goes in circles. */
  #readElsewhere(pack: Pack, id: Buffer): GitObject | ObjectProblem {
    for (const other of this.packs) {
      const rank = other === pack ? -1 : other.rankOf(id);
      if (rank >= 0) return this.readPacked(other, rank, 1);
    }
    for (const folder of this.#folders) {
      const found = readLooseObject(folder, id.toString("hex"), this.#options.largest);
      if (found !== "missing") return found;
    }
    return "missing";
  }

  #apply(pack: Pack, { rank, head }: { rank: number; head: EntryHead }, base: GitObject): GitObject | ObjectProblem {
    const delta = pack.inflateDelta(rank, head.dataOffset, head.size);
    const sizes = delta === undefined ? undefined : deltaHead(delta);
    if (delta === undefined || sizes === undefined || sizes.baseSize !== base.bytes.length) return "corrupt";
    if (sizes.targetSize > this.#options.largest) return "too large";
    const bytes = Buffer.allocUnsafe(sizes.targetSize);
    return applyDelta(base.bytes, delta, sizes.start, bytes) ? { type: base.type, bytes } : "corrupt";
  }
}

function openPacks(folder: string, { hashLength, onUnusable }: StoreOptions): Pack[] {
  const below = path.join(folder, "pack");
  let names: readonly string[];
  try {
    names = readdirSync(below).filter((name) => /^pack-.*\.pack$/.test(name));
  } catch {
    return [];
  }
  let multi: ReturnType<typeof readMultiPackIndex> | undefined;
  return names.toSorted().flatMap((name) => {
    const indexName = name.replace(/pack$/, "idx");
    let index = readPackIndex(path.join(below, indexName), hashLength);
    index ??= (multi ??= readMultiPackIndex(path.join(below, "multi-pack-index"), hashLength)).get(indexName);
    if (index === undefined) {
      onUnusable?.(path.join(below, name), "its index is missing or damaged");
      return [];
    }
    try {
      return [new Pack(path.join(below, name), index, hashLength)];
    } catch (error) {
      onUnusable?.(path.join(below, name), (error as Error).message);
      return [];
    }
  });
}

/** Objects that others were made from, the last used ones. */
class BaseCache {
  readonly #objects = new Map<string, GitObject>();
  readonly #numbers = new Map<Pack, number>();
  #bytes = 0;

  get(pack: Pack, rank: number): GitObject | undefined {
    const key = this.#key(pack, rank);
    const found = this.#objects.get(key);
    if (found === undefined) return undefined;
    this.#objects.delete(key);
    this.#objects.set(key, found);
    return found;
  }

  set(pack: Pack, rank: number, object: GitObject): void {
    if (object.bytes.length > CACHE_BYTES / 4) return;
    const key = this.#key(pack, rank);
    if (this.#objects.has(key)) return;
    this.#objects.set(key, object);
    this.#bytes += object.bytes.length;
    for (const [oldest, { bytes }] of this.#objects) {
      if (this.#bytes <= CACHE_BYTES) break;
      this.#objects.delete(oldest);
      this.#bytes -= bytes.length;
    }
  }

  #key(pack: Pack, rank: number): string {
    let number = this.#numbers.get(pack);
    if (number === undefined) this.#numbers.set(pack, (number = this.#numbers.size));
    return `${number}:${rank}`;
  }
}
