import { closeSync, fstatSync, lstatSync, openSync, readdirSync, readSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, sep } from "node:path";
import { KustodyError } from "../../../kernel/errors.ts";
import { reasonOf } from "../../../kernel/kube/manifests/find-files.ts";
import { type ExpandedFile, expandArchive } from "./archive/expand-archive.ts";
import type { Scanner, Target } from "./scanner.ts";

export interface ArchiveOptions {
  /** Archives inside archives that are opened; 0: none is. */
  readonly maxArchiveDepth: number;
  /** Larger files are passed over. In bytes. */
  readonly maxFileBytes: number;
  /** What could not be read, and why: the rest goes on. */
  readonly onProblem: (path: string, reason: string) => void;
  /** Paths inside of archives that are passed over. */
  readonly isSkipped?: (path: string) => boolean;
}

export interface WalkOptions extends Omit<ArchiveOptions, "isSkipped"> {
  /** Links to files are followed; links to folders never are, so no walk goes in circles. */
  readonly followSymlinks: boolean;
}

/** Beyond this the rest of an archive is left. */
const ARCHIVE_MILLIS = 60_000;

interface RootedOptions extends WalkOptions, ArchiveOptions {
  /** The folder that is scanned, or that the scanned file lies in. */
  readonly realRoot: string;
}

interface Entry {
  /** As findings show it. */
  readonly path: string;
  /** What is opened: apart from `path` where that is a link. */
  readonly real: string;
  readonly isFolder: boolean;
}

/** How much is read before it is scanned together. */
const BATCH_BYTES = 4 * 1024 * 1024;
const BATCH_FOLDERS = 64;
/** Beyond this a file is not read into memory at once; nobody keeps secrets in such. */
export const LARGEST_FILE = 512 * 1024 * 1024;

/**
 * The files at or below `root` in batches, folder by folder, without what the scanner's allowlists skip. Paths are shown with
 * `/`, below `root` as it was given. Errors: KST_INPUT_UNREADABLE when `root` itself can't be read.
 */
export function* readTargets(root: string, scanner: Scanner, options: WalkOptions): Generator<readonly Target[]> {
  const folders: string[] = [];
  const files: Entry[] = [];
  const isFolder = rootKind(root) === "folder";
  if (isFolder) folders.push(root);
  else files.push({ path: shown(root), real: root, isFolder: false });
  const rooted: RootedOptions = {
    ...options,
    realRoot: realpathSync(isFolder ? root : dirname(root)),
    isSkipped: (path) => scanner.unskipped([{ path }]).length === 0,
  };
  do {
    const entries = folders.splice(0, BATCH_FOLDERS).flatMap((folder) => entriesOf(folder, options));
    for (const entry of scanner.unskipped(entries)) {
      if (entry.isFolder) folders.push(entry.real);
      else files.push(entry);
    }
    yield* readFiles(files.splice(0), rooted);
  } while (folders.length > 0);
}

function rootKind(root: string): "folder" | "file" {
  try {
    return statSync(root).isDirectory() ? "folder" : "file";
  } catch (cause) {
    throw new KustodyError("KST_INPUT_UNREADABLE", `cannot read ${root}: ${reasonOf(cause)}`, {
      hint: "check the path and its permissions",
      cause,
    });
  }
}

function entriesOf(folder: string, { followSymlinks, onProblem }: WalkOptions): Entry[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const real = join(folder, entry.name);
      if (entry.isDirectory()) return [{ path: shown(real), real, isFolder: true }];
      if (entry.isFile()) return [{ path: shown(real), real, isFolder: false }];
      return entry.isSymbolicLink() && followSymlinks ? linkedFile(real, onProblem) : [];
    });
  } catch (error) {
    onProblem(shown(folder), reasonOf(error));
    return [];
  }
}

function linkedFile(path: string, onProblem: WalkOptions["onProblem"]): Entry[] {
  try {
    const real = realpathSync(path);
    return lstatSync(real).isFile() ? [{ path: shown(real), real, isFolder: false }] : [];
  } catch (error) {
    onProblem(shown(path), reasonOf(error));
    return [];
  }
}

function* readFiles(files: readonly Entry[], options: RootedOptions): Generator<readonly Target[]> {
  let batch: Target[] = [];
  let size = 0;
  for (const { path, real } of files) {
    const bytes = readFile(path, real, options);
    if (bytes === undefined || bytes.length === 0) continue;
    const beside = besideOf(path, real, options);
    for (const target of archiveTargets({ path, bytes }, options)) {
      batch.push(target.bytes === bytes ? { ...target, beside } : target);
      size += target.bytes?.length ?? 0;
      if (size < BATCH_BYTES) continue;
      yield batch;
      batch = [];
      size = 0;
    }
  }
  if (batch.length > 0) yield batch;
}

/** A file as a target or, where it is an archive and they are opened, the files in it. */
export function* archiveTargets(file: ExpandedFile, options: ArchiveOptions): Generator<Target> {
  if (options.maxArchiveDepth === 0) {
    yield { origin: { path: file.path }, bytes: file.bytes };
    return;
  }
  const until = Date.now() + ARCHIVE_MILLIS;
  const expansion = { ...options, maxDepth: options.maxArchiveDepth, isLate: () => Date.now() > until };
  for (const { path, bytes } of expandArchive(file, expansion)) yield { origin: { path }, bytes };
}

/** Files that a kustomization names, while they lie below the folder that is scanned: no path and no link leads out. */
function besideOf(path: string, real: string, options: RootedOptions): NonNullable<Target["beside"]> {
  return (name) => {
    if (isAbsolute(name) || name.includes("\0")) return undefined;
    try {
      const found = realpathSync(join(dirname(real), name));
      if (!found.startsWith(options.realRoot + sep) || !lstatSync(found).isFile()) return undefined;
      const bytes = readFile(name, found, { ...options, onProblem: () => undefined });
      return bytes && { origin: { path: shown(join(dirname(path), name)) }, bytes };
    } catch {
      return undefined; // it is not there: kustomize will say so
    }
  };
}

function readFile(path: string, real: string, { maxFileBytes, onProblem }: WalkOptions): Buffer | undefined {
  try {
    const file = openSync(real, "r");
    try {
      const { size } = fstatSync(file);
      if (size > maxFileBytes) {
        onProblem(path, `it is larger than ${maxFileBytes} bytes`);
        return undefined;
      }
      const bytes = Buffer.allocUnsafe(size);
      let length = 0;
      for (let read = -1; read !== 0 && length < size; length += read)
        read = readSync(file, bytes, length, size - length, length);
      return bytes.subarray(0, length);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    onProblem(path, reasonOf(error));
    return undefined;
  }
}

function shown(path: string): string {
  return sep === "/" ? path : path.replaceAll(sep, "/");
}
