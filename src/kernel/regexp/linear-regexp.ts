import type { CharTest } from "./character-class.ts";
import { parseRegexp } from "./parse-regexp.ts";
import type { Assertion, RegexpNode } from "./regexp-node.ts";

type Instruction =
  | { readonly op: "char"; readonly test: CharTest }
  | { readonly op: "assert"; readonly holds: Assertion }
  | { readonly op: "jump"; readonly to: readonly number[] }
  | { readonly op: "match" };

const LARGEST_PROGRAM = 5_000;

/**
 * Whether a text contains a match of an RE2 pattern, as Go's `regexp.MatchString`. Patterns may come from tenants: the time
 * grows with text × pattern and never beyond (Thompson's construction), where JavaScript's own engine can be made to take
 * for ever.
 *
 * @throws SyntaxError when the pattern is none, or too large.
 * @example
 * compileRegexp("^team-[a-z]+$")("team-blue") // true
 */
export function compileRegexp(pattern: string): (text: string) => boolean {
  const program: Instruction[] = [];
  emit(parseRegexp(pattern), program);
  program.push({ op: "match" });
  return (text) => run(program, text);
}

function emit(node: RegexpNode, program: Instruction[]): void {
  if (program.length > LARGEST_PROGRAM) throw new SyntaxError("the pattern is too large");
  switch (node.kind) {
    case "char":
      program.push({ op: "char", test: node.test });
      return;
    case "assert":
      program.push({ op: "assert", holds: node.holds });
      return;
    case "sequence":
      for (const part of node.parts) emit(part, program);
      return;
    case "choice":
      emitChoice(node.options, program);
      return;
    default:
      emitRepeat(node, program);
  }
}

function emitChoice(options: readonly RegexpNode[], program: Instruction[]): void {
  const starts: number[] = [];
  const ends: number[][] = [];
  program.push({ op: "jump", to: starts });
  for (const option of options) {
    starts.push(program.length);
    emit(option, program);
    const end: number[] = [];
    ends.push(end);
    program.push({ op: "jump", to: end });
  }
  for (const end of ends) end.push(program.length);
}

function emitRepeat({ node, min, max }: RegexpNode & { kind: "repeat" }, program: Instruction[]): void {
  for (let count = 0; count < min; count++) emit(node, program);
  if (!Number.isFinite(max)) {
    const exits: number[] = [];
    const loop = program.length;
    exits.push(loop + 1);
    program.push({ op: "jump", to: exits });
    emit(node, program);
    program.push({ op: "jump", to: [loop] });
    exits.push(program.length);
    return;
  }
  const skips: number[][] = [];
  for (let count = min; count < max; count++) {
    const skip = [program.length + 1];
    skips.push(skip);
    program.push({ op: "jump", to: skip });
    emit(node, program);
  }
  for (const skip of skips) skip.push(program.length);
}

/** Runs all threads of the program through the text side by side; each instruction has at most one thread at each place. */
function run(program: readonly Instruction[], text: string): boolean {
  const codes = Array.from(text, (char) => char.codePointAt(0) ?? 0);
  const seen = new Int32Array(program.length).fill(-1);
  let threads: number[] = [];
  for (let at = 0; at <= codes.length; at++) {
    const arrived: number[] = [];
    const stack = [0, ...threads.toReversed()];
    while (stack.length > 0) {
      const address = stack.pop() ?? 0;
      if (seen[address] === at) continue;
      seen[address] = at;
      const instruction = program[address];
      if (instruction === undefined || instruction.op === "match") return true;
      if (instruction.op === "jump") stack.push(...instruction.to);
      else if (instruction.op === "char") arrived.push(address);
      else if (instruction.holds(codes[at - 1], codes[at])) stack.push(address + 1);
    }
    const code = codes[at];
    if (code === undefined) return false;
    threads = arrived
      .filter((address) => (program[address] as Instruction & { op: "char" }).test(code))
      .map((address) => address + 1);
  }
  return false;
}
