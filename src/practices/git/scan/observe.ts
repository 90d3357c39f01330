import { closeSync, fstatSync, lstatSync, openSync, readdirSync, readSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, sep } from "node:path";
import { KustodyError } from "../../../kernel/errors.ts";
import { reasonOf } from "../../../kernel/kube/manifests/find-files.ts";
import type { Scanner, Target } from "./scanner.ts";

export interface WalkOptions {
  /** Links to files are followed; links to folders never are, so no walk goes in circles. */
  readonly followSymlinks: boolean;
  /** Larger files are passed over. In bytes. */
  readonly maxFileBytes: number;
  /** What could not be read, and why: the rest goes on. */
  readonly onProblem: (path: string, reason: string) => void;
}

interface RootedOptions extends WalkOptions {
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
  const rooted = { ...options, realRoot: realpathSync(isFolder ? root : dirname(root)) };
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
    batch.push({ origin: { path }, bytes, beside: besideOf(path, real, options) });
    size += bytes.length;
    if (size < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    size = 0;
  }
  if (batch.length > 0) yield batch;
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
