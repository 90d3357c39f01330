import { createHash, getRandomValues, timingSafeEqual } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { BoltFile, type DamagedPage } from "../bbolt/bolt-file.ts";
import { KustodyError } from "../errors.ts";
import { KeyValue } from "./key-value.ts";
import { SeenKeys } from "./seen-keys.ts";

/** A snapshot is a database, whose size is a multiple of this, followed by the SHA-256 of it (etcd, Maintenance.Snapshot). */
const ALIGNMENT = 512;
const DIGEST = 32;
/** The bucket with every version of every key: 8 bytes of revision, `_`, 8 bytes of sub-revision, and `t` for a deletion. */
const BUCKET = "key";
const REVISION = 17;
const TOMBSTONE = 0x74;

/** How a version of a key stands to the newest: is it that, an older one, or one of a key that is deleted. */
export type Age = "newest" | "older";

/** An etcd database in a file. */
export interface SnapshotFile extends Disposable {
  /** `"verified"`: the SHA-256 at its end is right. `"none"`: it has none, as a copy of member/snap/db. */
  readonly checksum: "verified" | "wrong" | "none";
  readonly damaged: readonly DamagedPage[];
  readonly damagedPages: number;
  /** Entries that are no key-value, or keep no revision. */
  damagedEntries(): number;
  /** Every version of the keys with one of these prefixes, page by page, the newest first. Once. `onEach` gets the prefix's index. */
  versions(
    prefixes: readonly Uint8Array[],
    onEach: (record: KeyValue, prefix: number, age: Age) => void,
  ): Generator<void, void, undefined>;
  /** What is in pages that nothing leads to any more, in pieces that are valid until the next one. After `versions`. */
  freeBytes(): Generator<FreePiece, void, undefined>;
}

export interface FreePiece {
  readonly bytes: Buffer;
  /** Whether it follows directly on the piece before. */
  readonly continues: boolean;
}

/** Opens a snapshot, or a copy of a member's db. Errors: KST_SNAPSHOT_UNREADABLE. */
export async function openSnapshot(path: string): Promise<SnapshotFile> {
  const hasChecksum = (await sizeOf(path)) % ALIGNMENT === DIGEST;
  const file = new BoltFile(path, hasChecksum ? DIGEST : 0);
  try {
    const checksum = hasChecksum ? await verify(path, file.size) : "none";
    return new OpenSnapshot(file, checksum);
  } catch (error) {
    file[Symbol.dispose]();
    throw error;
  }
}

class OpenSnapshot implements SnapshotFile {
  readonly checksum: SnapshotFile["checksum"];
  readonly #file: BoltFile;
  #damagedEntries = 0;

  constructor(file: BoltFile, checksum: SnapshotFile["checksum"]) {
    this.#file = file;
    this.checksum = checksum;
  }

  get damaged(): readonly DamagedPage[] {
    return this.#file.damaged;
  }

  get damagedPages(): number {
    return this.#file.damagedPages;
  }

  damagedEntries(): number {
    return this.#damagedEntries;
  }

  *versions(
    prefixes: readonly Uint8Array[],
    onEach: (record: KeyValue, prefix: number, age: Age) => void,
  ): Generator<void, void, undefined> {
    // Revisions ascend, so that from the last to the first a key is met in its newest version first.
    const seen = new SeenKeys(randomSeeds());
    const record = new KeyValue();
    for (const leaf of this.#file.leavesFromLast(BUCKET)) {
      const { bytes } = leaf;
      for (let index = leaf.count - 1; index >= 0; index--) {
        const isWhole = leaf.load(index) && leaf.valueStart - leaf.keyStart >= REVISION;
        if (!isWhole || !record.read(bytes, leaf.valueStart, leaf.valueEnd)) {
          this.#damagedEntries++;
          continue;
        }
        const prefix = prefixOf(record, prefixes);
        if (prefix < 0) continue;
        const isNewest = seen.add(bytes, record.keyStart, record.keyEnd);
        if (leaf.valueStart - leaf.keyStart > REVISION && bytes[leaf.keyStart + REVISION] === TOMBSTONE) continue;
        onEach(record, prefix, isNewest ? "newest" : "older");
      }
      yield;
    }
  }

  *freeBytes(): Generator<FreePiece, void, undefined> {
    const { pageSize } = this.#file.meta;
    for (const [from, to] of this.#file.freeRuns(BUCKET)) {
      const start = from * pageSize;
      for (let at = start; at < to * pageSize; at += PIECE) {
        yield { bytes: this.#file.read(at, Math.min(PIECE, to * pageSize - at)), continues: at > start };
      }
    }
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }
}

const PIECE = 64 * 1024;

function prefixOf(record: KeyValue, prefixes: readonly Uint8Array[]): number {
  for (let index = 0; index < prefixes.length; index++) {
    const prefix = prefixes[index];
    if (prefix !== undefined && record.startsWith(prefix)) return index;
  }
  return -1;
}

function randomSeeds(): [number, number] {
  const [one = 0, other = 0] = getRandomValues(new Uint32Array(2));
  return [one, other];
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    throw new KustodyError("KST_SNAPSHOT_UNREADABLE", `cannot read ${path}`, {
      hint: "check the path and its permissions",
      cause,
    });
  }
}

async function verify(path: string, size: number): Promise<"verified" | "wrong"> {
  const hash = createHash("sha256");
  if (size > 0) {
    const stream = createReadStream(path, { end: size - 1, highWaterMark: 1024 * 1024 });
    for await (const chunk of stream) hash.update(chunk as Buffer);
  }
  await using file = await open(path, "r");
  const written = Buffer.alloc(DIGEST);
  await file.read(written, 0, DIGEST, size);
  return timingSafeEqual(hash.digest(), written) ? "verified" : "wrong";
}
