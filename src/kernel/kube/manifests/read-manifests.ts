import { statSync } from "node:fs";
import { isAbsolute, matchesGlob, relative, sep } from "node:path";
import { KustodyError } from "../../errors.ts";
import { decodeText } from "./decode-text.ts";
import { findFiles, reasonOf } from "./find-files.ts";
import type { ManifestEvent } from "./manifest.ts";
import { type InputText, MAX_FILE_BYTES, readFileText, readStreamText } from "./read-input.ts";

export interface ManifestOptions {
  /** Standard input, for the path `-`. */
  readonly stdin?: AsyncIterable<Uint8Array | string>;
  /** Findings name files relative to this folder where they are below it. */
  readonly base: string;
  readonly maxFileBytes?: number;
  /** Globs of what folders leave out, over the names that findings show (`vendor`, `charts/**`); named paths are always read. */
  readonly exclude?: readonly string[];
}

/** Manifests that can be gone through several times; what can be read only once (stdin, pipes) is kept. */
export interface ManifestSource {
  /** All objects, problems and things passed over; of documents whose text `wanted` refuses, nothing. */
  read(wanted?: (text: string) => boolean): Generator<ManifestEvent>;
}

/**
 * Opens files, folders (recursive) and `-` (standard input) as manifests.
 *
 * Flow: paths → files → text → documents → objects; one file is in memory at a time.
 * Guarantees: one bad file or document never stops the others; sizes, depths and expansions are bounded.
 * Errors: KST_INPUT_UNREADABLE when a path that was named does not exist or `-` has no input.
 */
export async function openManifests(paths: readonly string[], options: ManifestOptions): Promise<ManifestSource> {
  const maxBytes = options.maxFileBytes ?? MAX_FILE_BYTES;
  const inputs: Input[] = [];
  for (const path of new Set(paths)) {
    if (path === "-") inputs.push(await openStdin(options, maxBytes));
    else inputs.push(openPath(path, maxBytes));
  }
  return {
    *read(wanted) {
      for (const input of inputs) yield* readInput(input, { options, maxBytes, wanted });
    },
  };
}

type Input =
  | { readonly type: "folder" | "file"; readonly path: string }
  | { readonly type: "kept"; readonly path: string; readonly text: InputText };

async function openStdin(options: ManifestOptions, maxBytes: number): Promise<Input> {
  if (options.stdin === undefined) throw new KustodyError("KST_INPUT_UNREADABLE", "there is no standard input to read");
  return { type: "kept", path: "<stdin>", text: await readStreamText(options.stdin, maxBytes) };
}

function openPath(path: string, maxBytes: number): Input {
  try {
    const stats = statSync(path);
    if (stats.isDirectory()) return { type: "folder", path };
    if (stats.isFile()) return { type: "file", path };
  } catch (cause) {
    throw new KustodyError("KST_INPUT_UNREADABLE", `cannot read ${path}: ${reasonOf(cause)}`, {
      hint: "check the path and its permissions",
      cause,
    });
  }
  return { type: "kept", path, text: readFileText(path, maxBytes) };
}

interface Reading {
  readonly options: ManifestOptions;
  readonly maxBytes: number;
  readonly wanted: ((text: string) => boolean) | undefined;
}

function* readInput(input: Input, reading: Reading): Generator<ManifestEvent> {
  const file = display(input.path, reading.options.base);
  if (input.type === "kept") {
    // A pipe whose other end failed is empty: that must not look clean.
    const empty = input.text.ok && input.text.text.trim() === "";
    if (empty) yield { type: "problem", location: { file }, reason: "there is nothing in it" };
    else yield* decodeInput(input.text, file, true, reading);
  } else if (input.type === "file") yield* decodeInput(readFileText(input.path, reading.maxBytes), file, true, reading);
  else {
    const { base, exclude = [] } = reading.options;
    const excluded = (path: string): boolean => exclude.some((glob) => matchesGlob(display(path, base), glob));
    for (const found of findFiles(input.path, excluded)) {
      const name = display(found.path, reading.options.base);
      if (found.type === "file") {
        yield* decodeInput(readFileText(found.path, reading.maxBytes), name, false, reading);
      } else if (found.type === "unreadable") {
        yield { type: "problem", location: { file: name }, reason: found.reason };
      } else yield { type: "passed over", location: { file: name }, reason: "a link out of the folder" };
    }
  }
}

function* decodeInput(input: InputText, file: string, named: boolean, reading: Reading): Generator<ManifestEvent> {
  if (input.ok) yield* decodeText(input.text, file, { named, wanted: reading.wanted });
  else yield { type: "problem", location: { file }, reason: input.reason };
}

/** With `/` as separator on every system; SARIF and the CLI show it. */
function display(path: string, base: string): string {
  const shown = isAbsolute(path) ? relative(base, path) : path;
  const inside = shown !== "" && !shown.startsWith("..") ? shown : path;
  return inside.replaceAll(sep, "/").replace(/^\.\//, "");
}
