import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import path from "node:path";
import { constants, inflateSync } from "node:zlib";
import { inflateExactly, longestDeflated } from "./inflate.ts";
import type { GitObject, ObjectProblem, ObjectType } from "./object-problem.ts";

/** The ids of all loose objects in an object folder. */
export function* looseIds(folder: string, hashLength: number): Generator<string> {
  for (const pair of names(folder)) {
    if (!/^[0-9a-f]{2}$/.test(pair)) continue;
    for (const rest of names(path.join(folder, pair))) {
      if (rest.length === 2 * hashLength - 2 && /^[0-9a-f]+$/.test(rest)) yield pair + rest;
    }
  }
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const HEAD = /^(commit|tree|blob|tag) (\d{1,15})\0/;
const LONGEST_HEAD = 32;

/** Reads one (gitrepository-layout(5), `objects/[0-9a-f][0-9a-f]`): a zlib stream of "type size NUL content". */
export function readLooseObject(folder: string, id: string, largest: number): GitObject | ObjectProblem {
  let file: number;
  try {
    file = openSync(path.join(folder, id.slice(0, 2), id.slice(2)), "r");
  } catch {
    return "missing";
  }
  try {
    const stored = fstatSync(file).size;
    const start = Buffer.alloc(Math.min(stored, 1024));
    readSync(file, start, 0, start.length, 0);
    const head = HEAD.exec(firstBytes(start).toString("latin1"));
    if (head === null) return "corrupt";
    const size = Number(head[2]);
    if (size > largest) return "too large";
    const whole = Buffer.allocUnsafe(Math.min(stored, longestDeflated(size + head[0].length)));
    const length = readSync(file, whole, 0, whole.length, 0);
    const bytes = inflateExactly(whole.subarray(0, length), head[0].length + size)?.subarray(head[0].length);
    return bytes === undefined ? "corrupt" : { type: head[1] as ObjectType, bytes };
  } catch {
    return "corrupt";
  } finally {
    closeSync(file);
  }
}

/** What a stream begins with: as much as its first kilobyte gives, and no more than a head needs. */
function firstBytes(start: Buffer): Buffer {
  try {
    // A sync flush takes an unfinished stream for what it is.
    return inflateSync(start, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, LONGEST_HEAD);
  } catch {
    return Buffer.alloc(0);
  }
}
