/** A piece of a file, looked at by itself. */
export interface Fragment {
  readonly bytes: Buffer;
  /** The number of its first line, from 1. */
  readonly startLine: number;
}

/** gitleaks' sizes: it reads this much, then on to a blank line, but not beyond this. */
const CHUNK = 100_000;
const FARTHEST = 25_000;
/** The buffer of Go's bufio.Reader: what it has read ahead becomes the next piece. */
const READ_AHEAD = 4_096;

/**
 * Cuts a file where gitleaks cuts it: a match never crosses a cut, so other cuts would be other findings. It also bounds the
 * work for one piece: lines of any length come in pieces of 125 kB at most.
 */
export function* fragmentsOf(bytes: Buffer): Generator<Fragment> {
  let start = 0;
  let ahead = 0;
  let line = 1;
  while (start < bytes.length) {
    const chunk = ahead > 0 ? ahead : Math.min(CHUNK, bytes.length - start);
    ahead = 0;
    let end = start + chunk;
    if (!endsInBlankLine(bytes, start, end)) {
      const limit = end + FARTHEST;
      for (let newlines = 0; ; end++) {
        const last = bytes[end - 1] ?? 0;
        if (last === NEWLINE) newlines += 1;
        else if (!isBlank(last)) newlines = 0;
        if (newlines >= 2 || end >= limit || end >= bytes.length) break;
        if (ahead === 0) ahead = Math.min(READ_AHEAD, bytes.length - end);
        ahead -= 1;
      }
    }
    const piece = bytes.subarray(start, end);
    yield { bytes: piece, startLine: line };
    if (end < bytes.length) line += countNewlines(piece);
    start = end;
  }
}

const NEWLINE = 0x0a;

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === NEWLINE || byte === 0x0d;
}

function endsInBlankLine(bytes: Buffer, start: number, end: number): boolean {
  let newlines = 0;
  for (let at = end - 1; at >= start; at--) {
    const byte = bytes[at] ?? 0;
    if (byte === NEWLINE) newlines += 1;
    else if (!isBlank(byte)) return false;
    if (newlines >= 2) return true;
  }
  return false;
}

function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

/** Whether a line, counted as `startLine` is, lies in this piece. */
export function holdsLine({ bytes, startLine }: Fragment, line: number): boolean {
  return line >= startLine && line < startLine + bytes.toString("latin1").replace(/\n$/, "").split("\n").length;
}
