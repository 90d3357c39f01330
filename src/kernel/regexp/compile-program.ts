import type { CharTest } from "./character-class.ts";
import type { Assertion, RegexpNode } from "./regexp-node.ts";

export type Instruction =
  | { readonly op: "char"; readonly test: CharTest }
  | { readonly op: "assert"; readonly holds: Assertion }
  /** Goes on at each of these, the first preferred. */
  | { readonly op: "jump"; readonly to: readonly number[] }
  /** Keeps the place in this slot: 2n and 2n+1 are the ends of group n. */
  | { readonly op: "save"; readonly slot: number }
  | { readonly op: "match" };

const LARGEST_PROGRAM = 5_000;

/** A pattern's tree as a program for Thompson's construction. Throws SyntaxError when it becomes too large. */
export function compileProgram(node: RegexpNode, largest: number = LARGEST_PROGRAM): readonly Instruction[] {
  const program: Instruction[] = [];
  emit(node, { program, largest });
  program.push({ op: "match" });
  return program;
}

interface Output {
  readonly program: Instruction[];
  readonly largest: number;
}

function emit(node: RegexpNode, output: Output): void {
  const { program, largest } = output;
  if (program.length > largest) throw new SyntaxError("the pattern is too large");
  switch (node.kind) {
    case "char":
      program.push({ op: "char", test: node.test });
      return;
    case "assert":
      program.push({ op: "assert", holds: node.holds });
      return;
    case "sequence":
      for (const part of node.parts) emit(part, output);
      return;
    case "choice":
      emitChoice(node.options, output);
      return;
    case "group":
      program.push({ op: "save", slot: 2 * node.index });
      emit(node.node, output);
      program.push({ op: "save", slot: 2 * node.index + 1 });
      return;
    default:
      emitRepeat(node, output);
  }
}

function emitChoice(options: readonly RegexpNode[], output: Output): void {
  const { program } = output;
  const starts: number[] = [];
  const ends: number[][] = [];
  program.push({ op: "jump", to: starts });
  for (const option of options) {
    starts.push(program.length);
    emit(option, output);
    const end: number[] = [];
    ends.push(end);
    program.push({ op: "jump", to: end });
  }
  for (const end of ends) end.push(program.length);
}

function emitRepeat({ node, min, max, lazy }: RegexpNode & { kind: "repeat" }, output: Output): void {
  const { program } = output;
  for (let count = Number.isFinite(max) ? 0 : 1; count < min; count++) emit(node, output);
  const skips: number[][] = [];
  const skip = (): void => {
    const to = [program.length + 1];
    skips.push(to);
    program.push({ op: "jump", to });
  };
  if (Number.isFinite(max)) {
    for (let count = min; count < max; count++) {
      skip();
      emit(node, output);
    }
  } else if (min === 0 && !isNullable(node)) {
    const loop = program.length;
    skip();
    emit(node, output);
    program.push({ op: "jump", to: [loop] });
  } else {
    // As Go: x* of an x that may be empty is (x+)?, so that what is preferred inside x stays preferred.
    if (min === 0) skip();
    const loop = program.length;
    emit(node, output);
    const back = [loop];
    skips.push(back);
    program.push({ op: "jump", to: back });
  }
  for (const to of skips) {
    if (lazy) to.unshift(program.length);
    else to.push(program.length);
  }
}

/** Whether `node` matches the empty text somewhere. */
export function isNullable(node: RegexpNode): boolean {
  switch (node.kind) {
    case "char":
      return false;
    case "assert":
      return true;
    case "sequence":
      return node.parts.every(isNullable);
    case "choice":
      return node.options.some(isNullable);
    case "group":
      return isNullable(node.node);
    default:
      return node.min === 0 || isNullable(node.node);
  }
}
