/** Lines that a patch adds to a file in one place. */
export interface AddedLines {
  /** The number of the first, from 1. */
  readonly startLine: number;
  /** With their line ends. */
  readonly bytes: Buffer;
}

export interface AddedFile {
  /** As git shows it: from the root of the repository. */
  readonly path: string;
  readonly added: readonly AddedLines[];
}

const NEWLINE = 0x0a;
const PLUS = 0x2b;
const BACKSLASH = 0x5c;

/**
 * What a patch without context (`git diff -U0`) adds, file by file; deleted, binary and merely renamed files are not in it. Works
 * on bytes, since files may be of any encoding. Pure; never throws.
 */
export function parsePatch(patch: Buffer): readonly AddedFile[] {
  const files: { path: string; added: AddedLines[] }[] = [];
  for (let at = 0; at < patch.length; ) {
    const end = lineEnd(patch, at);
    const head = patch.toString("utf8", at, Math.min(end, at + LONGEST_HEAD)).trimEnd();
    const path = head.startsWith("+++ ") ? pathOf(head.slice(4)) : undefined;
    if (path !== undefined) files.push({ path, added: [] });
    const hunk = HUNK.exec(head);
    at = end;
    if (hunk === null) continue;
    // Counting lines, and not looking at their beginnings, keeps an added "++ b/x" from being taken for a header.
    at = skipLines(patch, at, Number(hunk[1] ?? 1));
    const added = takeLines(patch, at, Number(hunk[3] ?? 1));
    at = added.end;
    if (added.bytes.length > 0) files.at(-1)?.added.push({ startLine: Number(hunk[2]), bytes: added.bytes });
  }
  return files.filter(({ added }) => added.length > 0);
}

const LONGEST_HEAD = 16 * 1024;
const HUNK = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

function lineEnd(patch: Buffer, from: number): number {
  const end = patch.indexOf(NEWLINE, from);
  return end < 0 ? patch.length : end + 1;
}

/** Over removed lines, and the remark that one has no line end. */
function skipLines(patch: Buffer, from: number, count: number): number {
  let at = from;
  for (let line = 0; line < count && at < patch.length; line++) at = lineEnd(patch, at);
  return patch[at] === BACKSLASH ? lineEnd(patch, at) : at;
}

function takeLines(patch: Buffer, from: number, count: number): { bytes: Buffer; end: number } {
  const lines: Buffer[] = [];
  let at = from;
  for (let line = 0; line < count && patch[at] === PLUS; line++) {
    const end = lineEnd(patch, at);
    lines.push(patch.subarray(at + 1, end));
    at = end;
  }
  if (patch[at] !== BACKSLASH) return { bytes: Buffer.concat(lines), end: at };
  const bytes = Buffer.concat(lines);
  return { bytes: bytes.subarray(0, bytes.length - 1), end: lineEnd(patch, at) };
}

/** `b/path`, or `"b/p\303\244th"` in C's way where it has unusual characters; undefined for /dev/null. */
function pathOf(text: string): string | undefined {
  const plain = text.startsWith('"') ? unquoted(text) : text.replace(/\t$/, "");
  return plain.startsWith("b/") ? plain.slice(2) : undefined;
}

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

function unquoted(text: string): string {
  const bytes: number[] = [];
  for (const [, octal, letter, rest] of text.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (letter !== undefined) bytes.push(ESCAPES[letter] ?? letter.charCodeAt(0));
    else bytes.push(...Buffer.from(rest ?? ""));
  }
  return Buffer.from(bytes).toString("utf8");
}
