import type { TokenKind } from "../lex/token.ts";
import { TemplateFault } from "../template-fault.ts";
import type { CommandNode, OperandNode, PipeNode } from "./node.ts";
import { readNumber } from "./number-literal.ts";
import type { TokenReader } from "./token-reader.ts";
import { unquote } from "./unquote.ts";

/** Parentheses within parentheses; Go allows 10,000. */
const MAX_DEPTH = 200;
/** What may not stand behind a `|`. */
const NOT_EXECUTABLE: ReadonlySet<string> = new Set(["bool", "dot", "nil", "number", "string"]);

/** Reads pipelines, and knows which variables they may name. */
export class PipelineParser {
  readonly #tokens: TokenReader;
  readonly #isFunction: (name: string) => boolean;
  #variables: string[] = ["$"];
  #depth = 0;

  constructor(tokens: TokenReader, isFunction: (name: string) => boolean) {
    this.#tokens = tokens;
    this.#isFunction = isFunction;
  }

  enterTemplate(): string[] {
    const outer = this.#variables;
    this.#variables = ["$"];
    return outer;
  }

  leaveTemplate(outer: string[]): void {
    this.#variables = outer;
  }

  mark(): number {
    return this.#variables.length;
  }

  reset(mark: number): void {
    this.#variables.length = mark;
  }

  pipeline(context: string, end: TokenKind): PipeNode {
    const { at } = this.#tokens.peekNonSpace();
    const { variables, assigns } = this.#declarations(context);
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.#tokens.nextNonSpace();
      if (token.kind === end) break;
      this.#tokens.backup();
      commands.push(this.#command());
    }
    if (commands.length === 0) throw new TemplateFault("invalid", `a value is missing in this ${context}`, at);
    for (const { first } of commands.slice(1)) {
      if (NOT_EXECUTABLE.has(first.kind)) {
        throw new TemplateFault("invalid", "behind a | stands something that is no function", first.at);
      }
    }
    return { kind: "pipe", variables, assigns, commands, at };
  }

  /** `$x :=`, `$x =`, and in a range `$i, $x :=`. */
  #declarations(context: string): { variables: string[]; assigns: boolean } {
    const variables: string[] = [];
    for (;;) {
      const mark = this.#tokens.mark();
      const token = this.#tokens.peekNonSpace();
      if (token.kind !== "variable") return { variables, assigns: false };
      this.#tokens.next();
      const next = this.#tokens.peekNonSpace();
      const isList = next.kind === "comma";
      if (!isList && next.kind !== "assign" && next.kind !== "declare") {
        this.#tokens.reset(mark);
        return { variables, assigns: false };
      }
      this.#tokens.next();
      variables.push(token.text);
      this.#variables.push(token.text);
      if (!isList) return { variables, assigns: next.kind === "assign" };
      const following = this.#tokens.peekNonSpace().kind;
      const mayFollow = following === "variable" || following === "right-delimiter" || following === "right-paren";
      if (context !== "range" || variables.length >= 2 || !mayFollow) {
        throw new TemplateFault("invalid", "too many variables are declared here", token.at);
      }
    }
  }

  #command(): CommandNode {
    const { at } = this.#tokens.peekNonSpace();
    const operands: OperandNode[] = [];
    for (;;) {
      this.#tokens.peekNonSpace();
      const operand = this.#operand();
      if (operand !== undefined) operands.push(operand);
      const token = this.#tokens.next();
      if (token.kind === "space") continue;
      if (token.kind === "right-delimiter" || token.kind === "right-paren") this.#tokens.backup();
      else if (token.kind !== "pipe") throw new TemplateFault("invalid", "something stands where it cannot", token.at);
      break;
    }
    const [first, ...rest] = operands;
    if (first === undefined) throw new TemplateFault("invalid", "a command is empty", at);
    return { kind: "command", first, rest, at };
  }

  #operand(): OperandNode | undefined {
    const node = this.#term();
    if (node === undefined) return undefined;
    const names: string[] = [];
    const { at } = this.#tokens.peek();
    while (this.#tokens.peek().kind === "field") names.push(this.#tokens.next().text.slice(1));
    if (names.length === 0) return node;
    switch (node.kind) {
      case "field":
        return { ...node, names: [...node.names, ...names] };
      case "variable":
        return { ...node, fields: [...node.fields, ...names] };
      case "identifier":
      case "pipe":
      case "chain":
        return { kind: "chain", of: node, names, at };
      default:
        throw new TemplateFault("invalid", "a field follows something that has none", at);
    }
  }

  #term(): OperandNode | undefined {
    const { kind, text, at } = this.#tokens.nextNonSpace();
    switch (kind) {
      case "identifier":
        if (!this.#isFunction(text)) throw new TemplateFault("invalid", `there is no function ${text}`, at);
        return { kind: "identifier", name: text, at };
      case "dot":
      case "nil":
        return { kind, at };
      case "variable":
        if (!this.#variables.includes(text)) throw new TemplateFault("invalid", `there is no variable ${text}`, at);
        return { kind: "variable", name: text, fields: [], at };
      case "field":
        return { kind: "field", names: [text.slice(1)], at };
      case "bool":
        return { kind: "bool", value: text === "true", at };
      case "char-constant":
      case "complex":
      case "number": {
        const number = readNumber(kind, text, at);
        if (number === undefined) throw new TemplateFault("invalid", "a number is malformed or too large", at);
        return number;
      }
      case "left-paren":
        return this.#parenthesized(at);
      case "string":
      case "raw-string": {
        const value = unquote(text);
        if (value === undefined) throw new TemplateFault("invalid", "a string holds an escape that is none", at);
        return { kind: "string", text: value, at };
      }
      default:
        this.#tokens.backup();
        return undefined;
    }
  }

  #parenthesized(at: number): PipeNode {
    if (++this.#depth > MAX_DEPTH) {
      throw new TemplateFault("bound", `parentheses stand within each other more than ${MAX_DEPTH} deep`, at);
    }
    const pipe = this.pipeline("parenthesis", "right-paren");
    this.#depth--;
    return pipe;
  }
}
