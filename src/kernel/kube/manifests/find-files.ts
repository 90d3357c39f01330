import { lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { extname, join, sep } from "node:path";

const EXTENSIONS: ReadonlySet<string> = new Set([".yaml", ".yml", ".json"]);
const SKIPPED_FOLDERS: ReadonlySet<string> = new Set([".git", "node_modules"]);
const MAX_DEPTH = 64;

/** A file that may hold manifests, or something in the way. */
export type Found =
  | { readonly type: "file"; readonly path: string }
  | { readonly type: "unreadable"; readonly path: string; readonly reason: string }
  | { readonly type: "link out"; readonly path: string };

/**
 * The .yaml, .yml and .json files below `root`, sorted by name, without .git and node_modules. A symbolic link is followed
 * while it stays below `root`, and no folder is entered twice: so no link leads outside, and none in circles.
 * What `excluded` takes is neither read nor entered.
 */
export function* findFiles(root: string, excluded: (path: string) => boolean = () => false): Generator<Found> {
  const realRoot = realpathSync(root);
  yield* walk(root, { realRoot, entered: new Set([realRoot]), excluded }, 0);
}

interface Walk {
  readonly realRoot: string;
  readonly entered: Set<string>;
  readonly excluded: (path: string) => boolean;
}

function* walk(folder: string, state: Walk, depth: number): Generator<Found> {
  if (depth > MAX_DEPTH) {
    yield { type: "unreadable", path: folder, reason: `the folder is nested deeper than ${MAX_DEPTH}` };
    return;
  }
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch (error) {
    yield { type: "unreadable", path: folder, reason: reasonOf(error) };
    return;
  }
  for (const name of names) {
    const path = join(folder, name);
    if (state.excluded(path)) continue;
    try {
      yield* entry(path, name, state, depth);
    } catch (error) {
      if (interesting(name)) yield { type: "unreadable", path, reason: reasonOf(error) };
    }
  }
}

function* entry(path: string, name: string, state: Walk, depth: number): Generator<Found> {
  let stats = lstatSync(path);
  if (stats.isSymbolicLink()) {
    const real = realpathSync(path);
    if (real !== state.realRoot && !real.startsWith(withSeparator(state.realRoot))) {
      if (interesting(name)) yield { type: "link out", path };
      return;
    }
    stats = statSync(real);
  }
  if (stats.isDirectory()) {
    if (SKIPPED_FOLDERS.has(name)) return;
    const real = realpathSync(path);
    if (state.entered.has(real)) return;
    state.entered.add(real);
    yield* walk(path, state, depth + 1);
  } else if (stats.isFile() && interesting(name)) yield { type: "file", path };
}

function withSeparator(folder: string): string {
  return folder.endsWith(sep) ? folder : folder + sep;
}

function interesting(name: string): boolean {
  return EXTENSIONS.has(extname(name).toLowerCase());
}

/** The system's name for what went wrong, such as EACCES, in words. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT") return "it does not exist";
  if (code === "EACCES" || code === "EPERM") return "permission is denied";
  if (code === "ELOOP") return "its symbolic links go in circles";
  return `the system answers ${code ?? "an unknown error"}`;
}
