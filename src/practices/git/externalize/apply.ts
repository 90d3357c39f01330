import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import process from "node:process";
import { KustodyError } from "../../../kernel/errors.ts";
import { reasonOf } from "../../../kernel/kube/manifests/find-files.ts";
import type { SourceFile } from "./observe.ts";

/**
 * Replaces a file's text, whole or not at all: (1) a new file beside it, with its mode and owner, on the disk; (2) a look
 * whether the old one is still what was read; (3) the new one takes its name; (4) the folder's entry is on the disk. What a
 * run that was ended leaves behind the next one takes away.
 *
 * @throws KST_EXTERNALIZE_FILE, with the old file as it was
 */
export function replaceFile(source: SourceFile, text: string): void {
  const folder = path.dirname(source.path);
  const beside = path.join(folder, `.${path.basename(source.path).slice(0, 200)}.kustody`);
  try {
    rmSync(beside, { force: true });
    writeNew(beside, text, source); // (1)
    const now = lstatSync(source.path); // (2)
    const { ino, dev } = source.stats;
    if (!now.isFile() || now.ino !== ino || now.dev !== dev || !readFileSync(source.path).equals(source.bytes)) {
      throw refused(
        source,
        "somebody else changed it meanwhile",
        "run the command again: what is at the manager is kept",
      );
    }
    renameSync(beside, source.path); // (3)
    sync(folder); // (4)
  } catch (cause) {
    rmSync(beside, { force: true });
    if (cause instanceof KustodyError) throw cause;
    throw refused(
      source,
      reasonOf(cause),
      "check its permissions and the room on the disk, and run the command again",
      cause,
    );
  }
}

function writeNew(file: string, text: string, { stats: { mode, uid, gid } }: SourceFile): void {
  // Fails where anything is, a link too.
  const descriptor = openSync(file, "wx", 0o600);
  try {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
    if (process.geteuid?.() === 0) fchownSync(descriptor, uid, gid);
    fchmodSync(descriptor, mode & 0o7777);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function sync(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function refused({ shown }: SourceFile, reason: string, hint: string, cause?: unknown): KustodyError {
  return new KustodyError("KST_EXTERNALIZE_FILE", `cannot replace ${shown}: ${reason}`, {
    hint,
    ...(cause === undefined ? {} : { cause }),
  });
}
