import type { ChangeReader, FileChange } from "../../../../kernel/git/commit-changes.ts";

/** A blob by the first 52 bits of its id: of ten million, two share one with a chance of one in a hundred. */
export type BlobKey = number;

export function blobKey(id: string): BlobKey {
  return Number.parseInt(id.slice(0, 13), 16);
}

const NONE = -1;

/** What commits change, in the order of the commits, packed: a history has millions of changes. */
export class ChangeLog implements ChangeReader {
  readonly #paths = new Map<string, number>();
  readonly #names: string[] = [];
  #commits = new Int32Array(1024);
  #path = new Int32Array(1024);
  #before = new Float64Array(1024);
  #after = new Float64Array(1024);
  /** What was before in the other parents of a merge. */
  readonly #others = new Map<number, readonly BlobKey[]>();
  readonly #isWatched: (path: string) => boolean;
  readonly #watched: { readonly path: string; readonly id: string }[] = [];
  readonly #watchedPaths = new Set<number>();
  #count = 0;
  #commit = 0;

  /** Of some paths all versions are kept by their whole ids. */
  constructor(isWatched: (path: string) => boolean) {
    this.#isWatched = isWatched;
  }

  /** The versions of watched paths. */
  get watched(): readonly { readonly path: string; readonly id: string }[] {
    return this.#watched;
  }

  commit(index: number): void {
    this.#commit = index;
  }

  change({ path, before, after }: FileChange): void {
    if (this.#count === this.#path.length) this.#grow();
    let number = this.#paths.get(path);
    if (number === undefined) {
      this.#paths.set(path, (number = this.#names.length));
      this.#names.push(path);
      if (this.#isWatched(path)) this.#watchedPaths.add(number);
    }
    const index = this.#count++;
    this.#commits[index] = this.#commit;
    this.#path[index] = number;
    this.#before[index] = before[0] === undefined ? NONE : blobKey(before[0]);
    this.#after[index] = after === undefined ? NONE : blobKey(after);
    if (this.#watchedPaths.has(number))
      for (const id of [...before, ...(after === undefined ? [] : [after])]) this.#watched.push({ path, id });
    if (before.length > 1) this.#others.set(index, before.slice(1).map(blobKey));
  }

  get count(): number {
    return this.#count;
  }

  get paths(): readonly string[] {
    return this.#names;
  }

  commitOf(index: number): number {
    return this.#commits[index] as number;
  }

  pathOf(index: number): number {
    return this.#path[index] as number;
  }

  /** Undefined: the file is gone. */
  afterOf(index: number): BlobKey | undefined {
    const key = this.#after[index] as number;
    return key === NONE ? undefined : key;
  }

  beforeOf(index: number): readonly BlobKey[] {
    const key = this.#before[index] as number;
    return key === NONE ? [] : [key, ...(this.#others.get(index) ?? [])];
  }

  /** Each blob once, sorted. */
  blobs(): Float64Array {
    const sorted = this.#after.slice(0, this.#count).sort();
    return sorted.filter((key, index) => key !== NONE && key !== sorted[index - 1]);
  }

  /** Whether a blob of this change is among these; cheap, since it is asked of all. */
  touches(index: number, keys: { has(key: BlobKey): boolean }): boolean {
    return (
      keys.has(this.#after[index] as number) ||
      keys.has(this.#before[index] as number) ||
      (this.#others.get(index)?.some((key) => keys.has(key)) ?? false)
    );
  }

  #grow(): void {
    const size = this.#path.length * 2;
    const [commits, path] = [new Int32Array(size), new Int32Array(size)];
    const [before, after] = [new Float64Array(size), new Float64Array(size)];
    commits.set(this.#commits);
    path.set(this.#path);
    before.set(this.#before);
    after.set(this.#after);
    [this.#commits, this.#path, this.#before, this.#after] = [commits, path, before, after];
  }
}
