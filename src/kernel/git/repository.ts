import path from "node:path";
import { git, gitError } from "./run-git.ts";

export interface Repository {
  /** The folder that was named. */
  readonly folder: string;
  /** Where its objects are. */
  readonly objects: string;
  /** 20 for SHA-1, 32 for SHA-256. */
  readonly hashLength: number;
}

/** The repository that a folder belongs to, a worktree's and a bare one's too. Errors: KST_SCAN_GIT. */
export function openRepository(folder: string): Repository {
  const what = "find a repository in";
  const [objects = "", format] = git(folder, ["rev-parse", "--git-path", "objects", "--show-object-format"], what)
    .toString("utf8")
    .trim()
    .split("\n");
  if (format !== "sha1" && format !== "sha256") throw gitError(folder, what, `unknown object format ${format ?? ""}`);
  return { folder, objects: path.resolve(folder, objects), hashLength: format === "sha1" ? 20 : 32 };
}

/** The blobs of the commit that is checked out, by path; none where there is no commit yet, or its trees cannot be read. */
export function blobsAtHead({ folder }: Repository): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let listed: Buffer;
  try {
    listed = git(folder, ["ls-tree", "-r", "-z", "--full-tree", "HEAD"], "list the files of");
  } catch {
    return found;
  }
  for (const entry of listed.toString("utf8").split("\0")) {
    const [, id, name] = /^\d{6} blob ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
    if (id !== undefined && name !== undefined) found.set(name, id);
  }
  return found;
}
