import { isUtf8 } from "node:buffer";
import { accessSync, constants, lstatSync, readFileSync, realpathSync, type Stats, statSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { KustodyError } from "../../../kernel/errors.ts";
import { findFiles, reasonOf } from "../../../kernel/kube/manifests/find-files.ts";
import { MAX_FILE_BYTES } from "../../../kernel/kube/manifests/read-input.ts";

/** A file that may be edited, as it was when it was read. */
export interface SourceFile {
  readonly path: string;
  /** As people see it: from the folder that they are in, where it is below that. */
  readonly shown: string;
  readonly bytes: Buffer;
  readonly stats: Stats;
  /** Why it could not be replaced, where that is so already. */
  readonly locked: string | undefined;
}

export interface UnreadFile {
  readonly shown: string;
  readonly reason: string;
}

/**
 * The YAML and JSON files that paths name, once each, that have the word Secret in them. Nothing outside of a named folder
 * is read through a link in it, and a link that is named itself is refused: what is edited is what was named.
 * Errors: KST_INPUT_UNREADABLE for a path that does not exist.
 */
export function* readSources(paths: readonly string[], base: string): Generator<SourceFile | UnreadFile> {
  const seen = new Set<string>();
  for (const named of paths) {
    for (const file of filesOf(named)) {
      const shown = shownAs(file.path, base);
      if (file.reason !== undefined) yield { shown, reason: file.reason };
      else {
        const real = realpathSync(file.path);
        if (seen.has(real)) continue;
        seen.add(real);
        const source = readSource(file.path, shown);
        if (!("bytes" in source) || source.bytes.includes("Secret")) yield source;
      }
    }
  }
}

interface FoundFile {
  readonly path: string;
  readonly reason?: string;
}

const LINK = "it is a symbolic link: name the file that it leads to";

function* filesOf(named: string): Generator<FoundFile> {
  let stats: Stats;
  let real: string;
  try {
    stats = statSync(named);
    real = realpathSync(named);
  } catch (cause) {
    throw new KustodyError("KST_INPUT_UNREADABLE", `cannot read ${named}: ${reasonOf(cause)}`, {
      hint: "check the path and its permissions",
      cause,
    });
  }
  if (lstatSync(named).isSymbolicLink()) yield { path: named, reason: LINK };
  else if (!stats.isDirectory()) yield { path: named };
  else {
    for (const found of findFiles(named)) {
      if (found.type === "unreadable") yield { path: found.path, reason: found.reason };
      // Behind a link that stays below the folder: under its own name.
      else if (found.type === "file") yield { path: path.join(named, path.relative(real, realpathSync(found.path))) };
    }
  }
}

function readSource(file: string, shown: string): SourceFile | UnreadFile {
  try {
    const stats = lstatSync(file);
    if (!stats.isFile()) return { shown, reason: "it is no file" };
    if (stats.size > MAX_FILE_BYTES) return { shown, reason: `it is larger than ${MAX_FILE_BYTES} bytes` };
    const bytes = readFileSync(file);
    if (!isUtf8(bytes) || bytes.includes(0)) return { shown, reason: "it is not text in UTF-8" };
    return { path: file, shown, bytes, stats, locked: whyLocked(file, stats) };
  } catch (error) {
    return { shown, reason: reasonOf(error) };
  }
}

/** Also where the system would let an administrator do it: whoever took the write permission away meant something. */
function whyLocked(file: string, { mode, uid }: Stats): string | undefined {
  if ((mode & 0o222) === 0) return "it is read-only";
  const mine = process.geteuid?.();
  if (mine !== undefined && mine !== 0 && uid !== mine) return "it belongs to another user";
  try {
    accessSync(file, constants.W_OK);
    accessSync(path.dirname(file), constants.W_OK);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

function shownAs(file: string, base: string): string {
  const relative = path.relative(base, path.resolve(file));
  return relative === "" || relative.startsWith("..") ? file : relative.replaceAll(path.sep, "/");
}
