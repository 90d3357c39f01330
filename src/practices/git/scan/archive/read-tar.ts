import type { ArchiveEntry, ArchiveFault } from "./archive-entry.ts";

const BLOCK = 512;
const LONGEST_NAME = 16 * 1024;

/** Names and sizes that stand before the header that they belong to. */
interface Ahead {
  readonly name?: string;
  readonly size?: number;
}

/**
 * The files in a tar archive: ustar, pax, GNU's long names and the format before them
 * (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html). Behind a damaged header the search goes on at the
 * next one. Never throws.
 */
export function* tarEntries(bytes: Buffer): Generator<ArchiveEntry | ArchiveFault> {
  let ahead: Ahead = {};
  let damaged = false;
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    if (!isTarHeader(bytes, at)) {
      if (!damaged && !isEmpty(bytes, at)) {
        damaged = true;
        yield { fault: `it is damaged at byte ${at}` };
      }
      at += BLOCK;
      continue;
    }
    const type = String.fromCharCode(bytes[at + 156] ?? 0);
    const size = ahead.size ?? numberAt(bytes, at + 124, 12);
    const start = at + BLOCK;
    const content = bytes.subarray(start, start + size);
    if (type === "L") ahead = { ...ahead, name: text(content) };
    else if (type === "x") ahead = { ...ahead, ...paxOf(content) };
    else {
      if (isFile(type)) yield entry(ahead.name ?? headerName(bytes, at), content, size);
      if (type !== "K" && type !== "g") ahead = {};
    }
    // A folder or a link has no content, whatever its size says.
    const taken = "123456".includes(type) ? 0 : size;
    at = start + Math.ceil(taken / BLOCK) * BLOCK;
  }
}

/** Whether a block's checksum says that it is a header (bytes or signed bytes are summed up, with spaces in its own place). */
export function isTarHeader(bytes: Buffer, at: number): boolean {
  if (at + BLOCK > bytes.length || bytes[at] === 0) return false;
  let sum = 0;
  let signed = 0;
  for (let index = at; index < at + BLOCK; index++) {
    const byte = index >= at + 148 && index < at + 156 ? 0x20 : (bytes[index] ?? 0);
    sum += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  const told = numberAt(bytes, at + 148, 8);
  return told === sum || told === signed;
}

function isEmpty(bytes: Buffer, at: number): boolean {
  for (let index = at; index < at + BLOCK; index++) if (bytes[index] !== 0) return false;
  return true;
}

/** Files, also contiguous and GNU's sparse ones. */
function isFile(type: string): boolean {
  return type === "0" || type === "\0" || type === "7" || type === "S";
}

function entry(name: string, content: Buffer, size: number): ArchiveEntry {
  return {
    name,
    unpack: (limit) => {
      if (content.length > limit) return { ok: false, reason: `it is larger than ${limit} bytes` };
      return content.length < size
        ? { ok: true, bytes: content, fault: "the archive breaks off inside of it" }
        : { ok: true, bytes: content };
    },
  };
}

function headerName(bytes: Buffer, at: number): string {
  const name = text(bytes.subarray(at, at + 100));
  const isUstar = bytes.toString("latin1", at + 257, at + 263) === "ustar\0";
  const prefix = isUstar ? text(bytes.subarray(at + 345, at + 500)) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

function text(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString("utf8", 0, Math.min(end < 0 ? bytes.length : end, LONGEST_NAME));
}

/** Octal, or GNU's binary form for what is larger. */
function numberAt(bytes: Buffer, at: number, length: number): number {
  if (((bytes[at] ?? 0) & 0x80) !== 0) {
    const value = Number(bytes.readBigUInt64BE(at + length - 8));
    return Number.isSafeInteger(value) ? value : Number.MAX_SAFE_INTEGER;
  }
  const octal = /^[ \0]*([0-7]{1,12})/.exec(bytes.toString("latin1", at, at + length))?.[1];
  return octal === undefined ? 0 : Number.parseInt(octal, 8);
}

/** `path` and `size` of a pax header: records of `length key=value\n`, the length counting itself. */
function paxOf(content: Buffer): Ahead {
  let ahead: Ahead = {};
  for (let at = 0; at < content.length; ) {
    const length = Number.parseInt(content.toString("latin1", at, at + 12), 10);
    if (!(length >= 5 && at + length <= content.length)) break;
    const record = content.toString("utf8", at, Math.min(at + length - 1, at + LONGEST_NAME));
    const [, key, value = ""] = /^\d+ ([^=]+)=([^]*)$/.exec(record) ?? [];
    if (key === "path") ahead = { ...ahead, name: value };
    if (key === "size" && /^\d{1,15}$/.test(value)) ahead = { ...ahead, size: Number(value) };
    at += length;
  }
  return ahead;
}
