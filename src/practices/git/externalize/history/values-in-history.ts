import { type ChangeReader, type FileChange, readChanges } from "../../../../kernel/git/commit-changes.ts";
import { type CommitInfo, readCommitInfo } from "../../../../kernel/git/commit-info.ts";
import { allCommits, selectedCommits } from "../../../../kernel/git/commit-list.ts";
import { ObjectStore } from "../../../../kernel/git/objects/object-store.ts";
import { openRepository } from "../../../../kernel/git/repository.ts";
import { blobsWithValues, LARGEST_BLOB } from "./blobs-with-values.ts";
import type { HeldValue } from "./held-value.ts";

/** A commit that brought values into files. */
export interface BringingCommit {
  readonly id: string;
  readonly info: CommitInfo | undefined;
  readonly paths: readonly string[];
  readonly values: ReadonlySet<HeldValue>;
  /** Whether a remote-tracking branch leads to it: others have it. */
  readonly isPublished: boolean;
}

export interface HistoryOfValues {
  /** Newest first. */
  readonly commits: readonly BringingCommit[];
  /** Ids of all versions of files that hold a value. */
  readonly blobs: readonly string[];
  /** How many of them no commit leads to: staged, stashed, or left behind by a rewrite. */
  readonly loose: number;
  /** Objects and commits that could not be read: what they hold is not known. */
  readonly unreadable: number;
  readonly searched: number;
}

/**
 * Where values stand in the commits of the repository that a folder is in. Values are compared here: none is given to git.
 * Errors: KST_SCAN_GIT, also where there is no repository.
 */
export async function valuesInHistory(folder: string, values: readonly HeldValue[]): Promise<HistoryOfValues> {
  const repository = openRepository(folder);
  const { hashLength, objects } = repository;
  using store = new ObjectStore(objects, { hashLength, largest: LARGEST_BLOB });
  const { held, blobs: searched, unreadable } = blobsWithValues(store, values);
  if (held.size === 0) return { commits: [], blobs: [], loose: 0, unreadable, searched };
  const all = await allCommits(repository, store);
  const { ids: remote } = await selectedCommits(repository, { options: ["--remotes"], paths: [] });
  const published = new Set(remote);
  const found = new Introductions(held);
  const untold = await readChanges(repository, all.ids, found);
  const commits = [...found.byCommit].map(([index, brought]): BringingCommit => {
    const id = all.ids[index] ?? "";
    return { id, info: readCommitInfo(store, id), isPublished: published.has(id), ...brought };
  });
  const loose = [...held.keys()].filter((id) => !found.seen.has(id)).length;
  return { commits, blobs: [...held.keys()], loose, unreadable: unreadable + all.unreadable + untold, searched };
}

interface Brought {
  readonly paths: string[];
  readonly values: Set<HeldValue>;
}

/** Which commits make a version that holds a value of one that doesn't. */
class Introductions implements ChangeReader {
  readonly byCommit = new Map<number, Brought>();
  readonly seen = new Set<string>();
  readonly #held: ReadonlyMap<string, ReadonlySet<HeldValue>>;
  #commit = 0;

  constructor(held: ReadonlyMap<string, ReadonlySet<HeldValue>>) {
    this.#held = held;
  }

  commit(index: number): void {
    this.#commit = index;
  }

  change({ path, before, after }: FileChange): void {
    const now = after === undefined ? undefined : this.#held.get(after);
    if (now === undefined || after === undefined) return;
    this.seen.add(after);
    const known = new Set(before.flatMap((id) => [...(this.#held.get(id) ?? [])]));
    const fresh = [...now].filter((value) => !known.has(value));
    if (fresh.length === 0) return;
    const brought = this.byCommit.get(this.#commit) ?? { paths: [], values: new Set() };
    this.byCommit.set(this.#commit, brought);
    brought.paths.push(path);
    for (const value of fresh) brought.values.add(value);
  }
}
