import type { Repository } from "./repository.ts";
import { spawnGit } from "./run-git.ts";

/** A file that a commit changes, or a merge as against all its parents. */
export interface FileChange {
  readonly path: string;
  /** Ids of the blob before, one for each parent; empty where there was none. */
  readonly before: readonly string[];
  /** Undefined: deleted. */
  readonly after: string | undefined;
}

export interface ChangeReader {
  /** A commit begins: the changes that follow are its. */
  commit(index: number): void;
  change(change: FileChange): void;
}

const MOST_UNREADABLE = 1_000;

/**
 * Tells the changes of each of these commits in their order, from trees alone, renames as a deletion and a creation. Where git
 * gives up on a commit, since a tree is missing or damaged, it is counted, and the next ones are told. Returns that count.
 */
export async function readChanges(
  { folder, hashLength }: Repository,
  commits: readonly string[],
  reader: ChangeReader,
  paths: readonly string[] = [],
): Promise<number> {
  let unreadable = 0;
  let isAlone = false;
  for (let next = 0; next < commits.length; ) {
    let done = next;
    let current = next - 1;
    let changes: FileChange[] = [];
    const finish = (): void => {
      if (current < next) return;
      reader.commit(current);
      for (const change of changes) reader.change(change);
      done = current + 1;
      changes = [];
    };
    const isWhole = await readFrom(folder, isAlone ? commits.slice(next, next + 1) : commits.slice(next), {
      hashLength,
      paths,
      seen: (id) => {
        finish();
        current += 1;
        while (current < commits.length && commits[current] !== id) current += 1;
      },
      change: (change) => changes.push(change),
    });
    if (isWhole) {
      finish();
      done = isAlone ? next + 1 : commits.length;
    }
    // The last commit of which something was told may be whole or not: that one is asked for alone.
    if (!isWhole && isAlone) {
      unreadable += 1;
      done = next + 1;
    }
    if (unreadable > MOST_UNREADABLE) return unreadable + commits.length - done;
    isAlone = !isWhole && done === next;
    next = done;
  }
  return unreadable;
}

interface Reading {
  readonly hashLength: number;
  readonly paths: readonly string[];
  readonly seen: (commit: string) => void;
  readonly change: (change: FileChange) => unknown;
}

/** Whether git came to the end. */
async function readFrom(folder: string, commits: readonly string[], reading: Reading): Promise<boolean> {
  const options = ["--stdin", "-r", "-c", "--root", "--raw", "--no-renames", "--no-abbrev", "--always", "-z"];
  const child = spawnGit(folder, [
    "diff-tree",
    ...options,
    ...(reading.paths.length === 0 ? [] : ["--", ...reading.paths]),
  ]);
  const ended = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
  child.stdin.on("error", () => {}); // it gave up: its exit code says so
  child.stdin.end(`${commits.join("\n")}\n`);
  const parser = new RawParser(reading);
  try {
    for await (const chunk of child.stdout) parser.add(chunk as Buffer);
  } finally {
    child.kill();
  }
  return (await ended) === 0;
}

const NONE = /^0+$/;

/** `git diff-tree -z`: a commit's id, then of each file its modes and ids, and its path. */
class RawParser {
  readonly #reading: Reading;
  #rest = Buffer.alloc(0);
  #head: string | undefined;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  add(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let from = 0;
    for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, from)) {
      this.#token(bytes, from, end);
      from = end + 1;
    }
    this.#rest = Buffer.from(bytes.subarray(from));
  }

  #token(bytes: Buffer, from: number, end: number): void {
    if (this.#head !== undefined) {
      this.#change(this.#head, bytes.toString("utf8", from, end));
      this.#head = undefined;
      return;
    }
    const text = bytes.toString("latin1", from, end);
    if (text.startsWith(":")) this.#head = text;
    else if (text.length === 2 * this.#reading.hashLength) this.#reading.seen(text);
  }

  #change(head: string, path: string): void {
    let parents = 0;
    while (head[parents] === ":") parents += 1;
    const words = head.slice(parents).split(" ");
    const ids = words.slice(parents + 1, 2 * parents + 2);
    const isFile = (index: number): boolean => (words[index] ?? "").startsWith("10") && !NONE.test(ids[index] ?? "0");
    const after = isFile(parents) ? ids[parents] : undefined;
    const before = ids.slice(0, parents).filter((_, index) => isFile(index));
    if (after !== undefined || before.length > 0) this.#reading.change({ path, before, after });
  }
}
