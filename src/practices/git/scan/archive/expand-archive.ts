import { posix } from "node:path";
import type { ArchiveEntry, ArchiveFault, Unpacked } from "./archive-entry.ts";
import { archiveKind } from "./archive-kind.ts";
import { type Compression, decompress } from "./decompress.ts";
import { tarEntries } from "./read-tar.ts";
import { zipEntries } from "./read-zip.ts";

export interface ExpandOptions {
  /** Archives inside archives; 0: none is opened. Compressed tar counts as one. */
  readonly maxDepth: number;
  /** Larger members are passed over. In bytes. */
  readonly maxFileBytes: number;
  readonly onProblem: (path: string, reason: string) => void;
  /** Whether the time for one archive is over. */
  readonly isLate: () => boolean;
  /** Paths that are not looked at are not unpacked either. */
  readonly isSkipped?: (path: string) => boolean;
}

/** A file out of an archive; `!` stands between the archive's path and its own, as in gitleaks. */
export interface ExpandedFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** What one archive may unpack to in all, those inside of it included; and one member. */
const MOST_BYTES = 1024 * 1024 * 1024;
const LARGEST_MEMBER = 256 * 1024 * 1024;
const MOST_ENTRIES = 100_000;

/**
 * The files in an archive, and in the archives inside of it; a file that is none comes out as it is. Bounded in depth, bytes,
 * members and time: what is beyond is told, and so is what can't be read. Nothing is written anywhere. Never throws.
 */
export function* expandArchive(file: ExpandedFile, options: ExpandOptions): Generator<ExpandedFile> {
  const left = { bytes: MOST_BYTES, entries: MOST_ENTRIES };
  yield* expand(file, 0, { ...options, left });
}

interface Expansion extends ExpandOptions {
  readonly left: { bytes: number; entries: number };
}

function* expand(file: ExpandedFile, depth: number, expansion: Expansion): Generator<ExpandedFile> {
  const { path, bytes } = file;
  const { onProblem, maxDepth } = expansion;
  const kind = archiveKind(bytes, path);
  if (kind === undefined) yield file;
  else if (typeof kind !== "string") onProblem(path, `${kind.unread} archives are not read`);
  else if (depth >= maxDepth) onProblem(path, `archives are nested deeper than ${maxDepth} (--max-archive-depth)`);
  else if (kind === "zip") yield* members(path, zipEntries(bytes), depth, expansion);
  else if (kind === "tar") yield* members(path, tarEntries(bytes), depth, expansion);
  else yield* decompressed(file, kind, depth, expansion);
}

function* decompressed(
  { path, bytes }: ExpandedFile,
  kind: Compression,
  depth: number,
  expansion: Expansion,
): Generator<ExpandedFile> {
  const unpacked = within(expansion, (limit) => decompress(bytes, kind, limit));
  if (!unpacked.ok) {
    // Brotli was but a guess by the name.
    if (kind === "brotli") yield { path, bytes };
    else expansion.onProblem(path, unpacked.reason);
    return;
  }
  const inner = { path, bytes: unpacked.bytes };
  const innerKind = archiveKind(inner.bytes, withoutEnding(path));
  if (innerKind === undefined) yield inner;
  else if (innerKind === "tar") yield* members(path, tarEntries(inner.bytes), depth, expansion);
  else yield* expand({ path: withoutEnding(path), bytes: inner.bytes }, depth + 1, expansion);
}

/** So that Brotli inside of Brotli, told by its name, ends. */
function withoutEnding(path: string): string {
  return path.replace(/\.br$/i, "");
}

function* members(
  path: string,
  entries: Iterable<ArchiveEntry | ArchiveFault>,
  depth: number,
  expansion: Expansion,
): Generator<ExpandedFile> {
  const { left, isLate, onProblem, isSkipped } = expansion;
  for (const entry of entries) {
    if ("fault" in entry) {
      onProblem(path, entry.fault);
      continue;
    }
    const inner = `${path}!${cleanName(entry.name)}`;
    left.entries -= 1;
    const over = left.entries < 0 ? `${MOST_ENTRIES} files` : left.bytes <= 0 ? `${MOST_BYTES} bytes` : undefined;
    if (over !== undefined || isLate()) {
      onProblem(inner, over === undefined ? "the archive takes too long" : `the archive holds more than ${over}`);
      return;
    }
    if (isSkipped?.(inner.slice(path.length + 1)) === true) continue;
    const unpacked = within(expansion, entry.unpack);
    if (!unpacked.ok) onProblem(inner, unpacked.reason);
    else {
      if (unpacked.fault !== undefined) onProblem(inner, unpacked.fault);
      if (unpacked.bytes.length > 0) yield* expand({ path: inner, bytes: unpacked.bytes }, depth + 1, expansion);
    }
  }
}

/** Unpacks as much as one member may have, and counts it. */
function within({ left, maxFileBytes }: Expansion, unpack: (limit: number) => Unpacked): Unpacked {
  const unpacked = unpack(Math.min(left.bytes, maxFileBytes, LARGEST_MEMBER));
  // What was too much cost its time too.
  left.bytes -= unpacked.ok ? unpacked.bytes.length : 1024;
  return unpacked;
}

/** A member's name as a path below the archive, whatever it says. */
function cleanName(name: string): string {
  return posix.normalize(`/${name.replaceAll("\\", "/").replaceAll("\0", "")}`).slice(1);
}
