import { compileProgram, type Instruction } from "./compile-program.ts";
import { parseRegexp } from "./parse-regexp.ts";

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
  const program = compileProgram(parseRegexp(pattern).node);
  return (text) => run(program, text);
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
      else if (instruction.op === "save" || instruction.holds(codes[at - 1], codes[at])) stack.push(address + 1);
    }
    const code = codes[at];
    if (code === undefined) return false;
    threads = arrived
      .filter((address) => (program[address] as Instruction & { op: "char" }).test(code))
      .map((address) => address + 1);
  }
  return false;
}
