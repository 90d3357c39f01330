import type { Instruction } from "./compile-program.ts";

/** Where a match and its groups stand: 2n and 2n+1 are the ends of group n, -1 where it took no part; group 0 is the match. */
export type Places = readonly number[];

interface Thread {
  readonly address: number;
  readonly places: Places;
}

/**
 * The leftmost match at or behind `from`, and of several there the one that Go prefers (Pike's machine: all threads side by
 * side in the order of preference). Time grows with text × program. Pure.
 */
export function searchLinear(
  program: readonly Instruction[],
  text: string,
  from: number,
  groups: number,
): Places | undefined {
  const machine = { program, seen: new Int32Array(program.length).fill(-1) };
  const nowhere: Places = Array.from({ length: 2 * groups + 2 }, () => -1);
  let threads: Thread[] = [];
  let found: Places | undefined;
  for (let at = from; ; ) {
    const code = text.codePointAt(at);
    const before = codeBefore(text, at);
    const next: Thread[] = [];
    if (found === undefined) threads.push({ address: 0, places: nowhere.with(0, at) });
    for (const thread of threads) {
      const end = advance(machine, thread, { at, before, code }, next);
      if (end === undefined) continue;
      found = end;
      break; // what stands behind is less preferred
    }
    if (code === undefined || (found !== undefined && next.length === 0)) return found;
    at += code > 0xffff ? 2 : 1;
    threads = next;
  }
}

interface Machine {
  readonly program: readonly Instruction[];
  readonly seen: Int32Array;
}

interface Place {
  readonly at: number;
  readonly before: number | undefined;
  readonly code: number | undefined;
}

/** Follows one thread over all that takes no character; those that take this one go into `next`. The places, at a match. */
function advance(machine: Machine, start: Thread, place: Place, next: Thread[]): Places | undefined {
  const stack = [start];
  for (let thread = stack.pop(); thread !== undefined; thread = stack.pop()) {
    const { address, places } = thread;
    if (machine.seen[address] === place.at) continue;
    machine.seen[address] = place.at;
    const instruction = machine.program[address];
    if (instruction === undefined || instruction.op === "match") return places.with(1, place.at);
    switch (instruction.op) {
      case "jump":
        for (const to of instruction.to.toReversed()) stack.push({ address: to, places });
        break;
      case "save":
        stack.push({ address: address + 1, places: places.with(instruction.slot, place.at) });
        break;
      case "assert":
        if (instruction.holds(place.before, place.code)) stack.push({ address: address + 1, places });
        break;
      case "char":
        if (place.code !== undefined && instruction.test(place.code)) next.push({ address: address + 1, places });
    }
  }
  return undefined;
}

function codeBefore(text: string, at: number): number | undefined {
  if (at === 0) return undefined;
  const low = text.charCodeAt(at - 1);
  const isPair = (low & 0xfc00) === 0xdc00 && at > 1 && (text.charCodeAt(at - 2) & 0xfc00) === 0xd800;
  return isPair ? text.codePointAt(at - 2) : low;
}
