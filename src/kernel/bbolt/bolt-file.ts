import { KustodyError } from "../errors.ts";
import { type MetaPage, readMetaPage } from "./meta-page.ts";
import { type LeafPage, overflowOf, readBucket, readPage } from "./page.ts";
import { PageFile } from "./page-file.ts";
import { PageSet } from "./page-set.ts";

/** Entries larger than this are no etcd's: its requests end at 1.5 MiB unless told, and nobody tells it a hundred. */
const LARGEST_PAGE_RUN = 128 * 1024 * 1024;
const PAGE_SIZES = [4096, 8192, 16_384, 32_768, 65_536, 2048, 1024];
/** Of a B+tree; each level has at least two branches. */
const DEEPEST = 64;
const LISTED_PROBLEMS = 100;

export interface DamagedPage {
  readonly page: number;
  readonly reason: string;
}

/**
 * A bbolt database that is only read, page by page, so that its size doesn't matter. It doesn't lock the file: read a
 * copy or a snapshot, since a file that etcd writes to meanwhile looks damaged. A damaged page is noted, and what does
 * not hang on it is read.
 */
export class BoltFile implements Disposable {
  readonly meta: MetaPage;
  /** The database's bytes; a snapshot's checksum lies behind them. */
  readonly size: number;
  /** Pages that the walks came by: what `gaps` leaves out. */
  readonly visited: PageSet;
  /** At most a hundred; `damagedPages` counts all. */
  readonly damaged: DamagedPage[] = [];
  damagedPages = 0;
  readonly #file: PageFile;

  /** Errors: KST_SNAPSHOT_UNREADABLE. `trailer`: bytes at the file's end that are not the database's. */
  constructor(path: string, trailer = 0) {
    this.#file = new PageFile(path);
    this.size = this.#file.size - trailer;
    const meta = newestMeta(this.#file);
    if (meta === undefined) {
      this.#file[Symbol.dispose]();
      throw new KustodyError(
        "KST_SNAPSHOT_UNREADABLE",
        `${path} is no etcd database, or both its meta pages are damaged`,
        {
          hint: "name the file that `etcdctl snapshot save` wrote, or a copy of member/snap/db",
        },
      );
    }
    this.meta = meta;
    this.visited = new PageSet(Math.ceil(this.size / meta.pageSize));
    this.visited.add(0);
    this.visited.add(1);
    if (meta.freelist !== undefined) this.#visit(meta.freelist);
  }

  /** The leaf pages of a bucket from the last to the first. A page is valid until the next one. */
  *leavesFromLast(bucket: string): Generator<LeafPage, void, undefined> {
    for (const found of this.#buckets()) {
      if (found.name !== bucket) continue;
      if (found.root !== undefined) yield* this.#walk(found.root);
      else if (found.inline !== undefined) yield* this.#inlineLeaf(found.inline);
    }
  }

  /** The runs of pages that nothing leads to: free ones, with what was last written there. Walks all buckets but `walked` first. */
  *freeRuns(walked: string): Generator<readonly [from: number, to: number], void, undefined> {
    for (const { name, root } of this.#buckets()) {
      if (name === walked || root === undefined) continue;
      for (const leaf of this.#walk(root)) void leaf;
    }
    yield* this.visited.gaps();
  }

  /** Raw bytes; valid until the next read. */
  read(position: number, length: number): Buffer {
    return this.#file.read(position, Math.min(length, Math.max(0, this.size - position)));
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
  }

  /** Buckets at the top: each has a name, and pages or an inline page of its own. A list, since reading them moves the window. */
  #buckets(): { name: string; root?: number; inline?: Buffer }[] {
    const buckets: { name: string; root?: number; inline?: Buffer }[] = [];
    for (const leaf of this.#walk(this.meta.root, true)) {
      for (let index = 0; index < leaf.count; index++) {
        if (!leaf.load(index) || !leaf.isBucket) continue;
        const name = leaf.bytes.toString("latin1", leaf.keyStart, leaf.valueStart);
        const bucket = readBucket(Buffer.from(leaf.bytes.subarray(leaf.valueStart, leaf.valueEnd)));
        if (bucket !== undefined) buckets.push({ name, ...bucket });
      }
    }
    return buckets;
  }

  *#inlineLeaf(bytes: Buffer): Generator<LeafPage, void, undefined> {
    const page = readPage(bytes, undefined);
    if (page.kind === "leaf") yield page.leaf;
    else this.#problem(this.meta.root, "a bucket within it is damaged");
  }

  /** Leaves below `root`, the last first. A page that is come by twice is damage (a circle), unless `again`. */
  *#walk(root: number, again = false): Generator<LeafPage, void, undefined> {
    const stack: { id: number; depth: number }[] = [{ id: root, depth: 0 }];
    const seen = again ? new Set<number>() : undefined;
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const { id, depth } = next;
      if (depth > DEEPEST || (seen === undefined ? this.visited.has(id) : seen.has(id))) {
        this.#problem(id, "two pages lead to it");
        continue;
      }
      seen?.add(id);
      const bytes = this.#visit(id);
      const page = bytes === undefined ? undefined : readPage(bytes, id);
      if (page === undefined) continue;
      if (page.kind === "leaf") yield page.leaf;
      else if (page.kind === "branch") for (const child of page.children) stack.push({ id: child, depth: depth + 1 });
      else this.#problem(id, page.reason);
    }
  }

  /** The bytes of a page with those that it overflows into. */
  #visit(id: number): Buffer | undefined {
    const { pageSize } = this.meta;
    const limit = this.visited.size;
    if (id >= limit) return this.#problem(id, "the file ends before it");
    const overflow = overflowOf(this.read(id * pageSize, pageSize));
    if (id + overflow >= limit || (overflow + 1) * pageSize > LARGEST_PAGE_RUN) {
      this.visited.add(id);
      return this.#problem(id, "it claims to be larger than it can be");
    }
    for (let page = id; page <= id + overflow; page++) this.visited.add(page);
    return this.read(id * pageSize, (overflow + 1) * pageSize);
  }

  #problem(page: number, reason: string): undefined {
    this.damagedPages++;
    if (this.damaged.length < LISTED_PROBLEMS) this.damaged.push({ page, reason });
  }
}

/** The newer of the two meta pages that are whole. Where the first is damaged, the second's place has to be guessed. */
function newestMeta(file: PageFile): MetaPage | undefined {
  const first = readMetaPage(file.read(0, 128));
  for (const pageSize of first === undefined ? PAGE_SIZES : [first.pageSize]) {
    const second = readMetaPage(file.read(pageSize, 128));
    if (second === undefined || second.pageSize !== pageSize) continue;
    return first === undefined || second.transaction > first.transaction ? second : first;
  }
  return first;
}
