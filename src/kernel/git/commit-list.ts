import { KustodyError } from "../errors.ts";
import type { ObjectStore } from "./objects/object-store.ts";
import type { Repository } from "./repository.ts";
import { git, gitLines } from "./run-git.ts";

export interface CommitList {
  /** Children before their parents. */
  readonly ids: readonly string[];
  /** Commits that are named but cannot be read. */
  readonly unreadable: number;
}

/** Which commits, as `git log` takes them. */
export interface LogOptions {
  readonly options: readonly string[];
  /** Only these paths, as git reads them. */
  readonly paths: readonly string[];
}

/** All commits that a ref of any worktree leads to. Where git gives up, since one is missing, the rest is listed by our reader. */
export async function allCommits(repository: Repository, store: ObjectStore): Promise<CommitList> {
  try {
    return { ids: await listed(repository, ["--all", "--topo-order"]), unreadable: 0 };
  } catch (error) {
    if (!(error instanceof KustodyError)) throw error;
    return readableCommits(repository, store);
  }
}

/** The commits that options select. Errors: KST_SCAN_GIT. */
export async function selectedCommits(repository: Repository, { options, paths }: LogOptions): Promise<CommitList> {
  const args = ["--topo-order", ...options, "--", ...paths];
  return { ids: await listed(repository, options.length === 0 ? ["--all", ...args] : args), unreadable: 0 };
}

async function listed({ folder }: Repository, args: readonly string[]): Promise<readonly string[]> {
  const lines = await gitLines(folder, ["rev-list", ...args], "list the commits of");
  return lines.filter((line) => /^[0-9a-f]+$/.test(line));
}

function readableCommits({ folder }: Repository, store: ObjectStore): CommitList {
  const refs = git(folder, ["for-each-ref", "--format=%(objectname)"], "list the refs of")
    .toString("latin1")
    .split("\n");
  const waiting = refs.filter((line) => line !== "");
  const parents = new Map<string, readonly string[]>();
  const unreadable = new Set<string>();
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (parents.has(id) || unreadable.has(id)) continue;
    const found = store.read(id);
    if (typeof found === "string") unreadable.add(id);
    else if (found.type === "tag") waiting.push(...targets(found.bytes, /^object ([0-9a-f]+)$/gm));
    else if (found.type === "commit") {
      const own = targets(found.bytes, /^parent ([0-9a-f]+)$/gm);
      parents.set(id, own);
      waiting.push(...own);
    }
  }
  return { ids: childrenFirst(parents), unreadable: unreadable.size };
}

/** Ids in the headers: what stands before the first empty line. */
function targets(bytes: Buffer, pattern: RegExp): string[] {
  const end = bytes.indexOf("\n\n");
  return Array.from(bytes.toString("latin1", 0, end < 0 ? bytes.length : end).matchAll(pattern), ([, id = ""]) => id);
}

function childrenFirst(parents: ReadonlyMap<string, readonly string[]>): string[] {
  const children = new Map<string, number>();
  for (const own of parents.values()) for (const id of own) children.set(id, (children.get(id) ?? 0) + 1);
  const ready = [...parents.keys()].filter((id) => !children.has(id));
  const ordered: string[] = [];
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    ordered.push(id);
    for (const parent of parents.get(id) ?? []) {
      const left = (children.get(parent) ?? 0) - 1;
      children.set(parent, left);
      if (left === 0 && parents.has(parent)) ready.push(parent);
    }
  }
  return ordered;
}
