import type { ObjectStore } from "./objects/object-store.ts";

/** Who made a commit, and what it says. */
export interface CommitInfo {
  readonly author: string;
  readonly email: string;
  /** Of the author: RFC 3339 in UTC, whole seconds. */
  readonly date: string;
  readonly message: string;
}

/** Undefined where the commit cannot be read. */
export function readCommitInfo(store: ObjectStore, id: string): CommitInfo | undefined {
  const found = store.read(id);
  return typeof found === "string" || found.type !== "commit" ? undefined : parseCommit(found.bytes);
}

/** The format of commit objects (gitformat-commit: headers, an empty line, the message). Never throws. */
export function parseCommit(bytes: Buffer): CommitInfo {
  const text = bytes.toString("utf8");
  const end = text.indexOf("\n\n");
  const [, author = "", email = "", seconds = "0"] =
    /^author (.*?) ?<(.*)> (\d{1,12})(?: [+-]\d+)?$/m.exec(end < 0 ? text : text.slice(0, end)) ?? [];
  return {
    author,
    email,
    date: `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}Z`,
    message: end < 0 ? "" : text.slice(end + 2).trim(),
  };
}
