import { textOf } from "../format/format-value.ts";
import type { FunctionTable, GoFunction, ParameterType } from "../functions/go-function.ts";
import type {
  BranchNode,
  CommandNode,
  ListNode,
  OperandNode,
  PipeNode,
  StatementNode,
  TemplateNode,
  Tree,
} from "../parse/node.ts";
import { failed, TemplateFault } from "../template-fault.ts";
import { isTrue } from "../values/truth.ts";
import { typeName } from "../values/type-name.ts";
import { GoInteger, GoMap, GoSlice, isObject, type Value } from "../values/value.ts";
import { argumentOf, nilOf } from "./argument.ts";
import type { CallContext } from "./call-context.ts";
import { type ConstantNode, constantOf, idealConstant } from "./constant.ts";
import { fieldOf } from "./field.ts";

export interface Execution {
  readonly tree: Tree;
  readonly functions: FunctionTable;
  readonly missingKey: "error" | "default";
  readonly context: CallContext;
}

/** A function that is given a long text takes a step for so many of its bytes. */
const BYTES_A_STEP = 64;

/** How a statement ended: in its order, or with `{{break}}` or `{{continue}}`. */
type Ended = "done" | "break" | "continue";

/** The value that a pipeline hands to its next command; absent for the first. */
interface Final {
  readonly value: Value;
}

/** Carries a parsed template out on data, as Go's text/template does. */
export class Executor {
  readonly #run: Execution;
  readonly #names: string[] = [];
  readonly #values: Value[] = [];
  /** Where the variables of the present template begin. */
  #base = 0;
  #depth = 0;
  #out = "";

  constructor(execution: Execution) {
    this.#run = execution;
  }

  /** @throws TemplateFault */
  render(data: Value): string {
    this.#push("$", data);
    this.#list(this.#run.tree.root, data);
    return this.#out;
  }

  #write(text: string): void {
    this.#out += text;
    const most = this.#run.context.meter.bounds.outputBytes;
    if (this.#out.length > most) throw new TemplateFault("bound", `it writes more than ${most} bytes`);
  }

  #list(list: ListNode, dot: Value): Ended {
    for (const node of list.nodes) {
      const ended = this.#statement(node, dot);
      if (ended !== "done") return ended;
    }
    return "done";
  }

  #statement(node: StatementNode, dot: Value): Ended {
    if (node.kind === "text") {
      this.#write(node.text);
      return "done";
    }
    try {
      this.#run.context.meter.step();
      switch (node.kind) {
        case "action": {
          const value = this.#pipeline(node.pipe, dot);
          if (node.pipe.variables.length === 0) {
            this.#write(value === undefined ? "<no value>" : textOf(value, this.#run.context.meter));
          }
          return "done";
        }
        case "if":
        case "with":
          return this.#ifOrWith(node, dot);
        case "range":
          return this.#range(node, dot);
        case "template":
          this.#template(node, dot);
          return "done";
        default:
          return node.kind;
      }
    } catch (error) {
      if (error instanceof TemplateFault) error.at ??= node.at;
      throw error;
    }
  }

  #ifOrWith(node: BranchNode, dot: Value): Ended {
    const mark = this.#names.length;
    const value = this.#pipeline(node.pipe, dot);
    let ended: Ended = "done";
    if (isTrue(value)) ended = this.#list(node.list, node.kind === "with" ? value : dot);
    else if (node.otherwise !== undefined) ended = this.#list(node.otherwise, dot);
    this.#pop(mark);
    return ended;
  }

  #range(node: BranchNode, dot: Value): Ended {
    const mark = this.#names.length;
    const value = this.#pipeline(node.pipe, dot);
    const inner = this.#names.length;
    let ran = false;
    for (const [index, element] of this.#elements(value, node.pipe.variables.length)) {
      ran = true;
      this.#run.context.meter.step();
      this.#setLoopVariables(node.pipe, index, element);
      const ended = this.#list(node.list, element);
      this.#pop(inner);
      if (ended === "break") break;
    }
    const ended = !ran && node.otherwise !== undefined ? this.#list(node.otherwise, dot) : "done";
    this.#pop(mark);
    return ended;
  }

  *#elements(value: Value, variables: number): Generator<readonly [Value, Value]> {
    if (value === undefined || value === null) return;
    if (value instanceof GoSlice) {
      for (let index = 0; index < value.items.length; index++) yield [BigInt(index), value.items[index] ?? null];
    } else if (value instanceof GoMap) {
      for (const key of value.sortedKeys()) yield [key, value.entries.get(key) ?? null];
    } else if (typeof value === "bigint" || value instanceof GoInteger) {
      if (variables > 1) throw failed("a range over a number takes one variable only");
      const count = typeof value === "bigint" ? value : value.value;
      for (let index = 0n; index < count; index++) {
        yield [undefined, typeof value === "bigint" ? index : new GoInteger(value.type, index)];
      }
    } else {
      throw failed(`a range cannot go over a value of type ${typeName(value)}`);
    }
  }

  #setLoopVariables({ variables, assigns }: PipeNode, index: Value, element: Value): void {
    const [first, second] = variables;
    if (first === undefined) return;
    if (assigns) {
      this.#assign(first, second === undefined ? element : index);
      if (second !== undefined) this.#assign(second, element);
      return;
    }
    const top = this.#values.length - 1;
    this.#values[top] = element;
    if (second !== undefined) this.#values[top - 1] = index;
  }

  #template(node: TemplateNode, dot: Value): void {
    const list = this.#run.tree.templates.get(node.name);
    if (list === undefined) throw failed("a template is called that is not defined");
    const { depth } = this.#run.context.meter.bounds;
    if (this.#depth >= depth) throw new TemplateFault("bound", `templates call each other more than ${depth} deep`);
    const data = node.pipe === undefined ? undefined : this.#pipeline(node.pipe, dot);
    const [base, mark] = [this.#base, this.#names.length];
    this.#base = mark;
    this.#depth++;
    this.#push("$", data);
    this.#list(list, data);
    this.#depth--;
    this.#pop(mark);
    this.#base = base;
  }

  #pipeline(pipe: PipeNode, dot: Value): Value {
    let final: Final | undefined;
    for (const command of pipe.commands) {
      const value = this.#command(command, dot, final);
      // A nil in an interface is no value from here on.
      final = { value: value === null ? undefined : value };
    }
    const value = final?.value;
    for (const name of pipe.variables) {
      if (pipe.assigns) this.#assign(name, value);
      else this.#push(name, value);
    }
    return value;
  }

  #command(command: CommandNode, dot: Value, final: Final | undefined): Value {
    this.#run.context.meter.step();
    const { first, rest } = command;
    switch (first.kind) {
      case "field":
        return this.#fields(dot, dot, first.names, rest, final);
      case "chain":
        return this.#fields(dot, this.#chained(first.of, dot), first.names, rest, final);
      case "variable": {
        const value = this.#variable(first.name);
        if (first.fields.length > 0) return this.#fields(dot, value, first.fields, rest, final);
        refuseArguments(rest, final);
        return value;
      }
      case "identifier":
        return this.#function(first.name, first.at, dot, rest, final);
      default:
    }
    refuseArguments(rest, final);
    switch (first.kind) {
      case "pipe":
        return this.#pipeline(first, dot);
      case "dot":
        return dot;
      case "bool":
        return first.value;
      case "string":
        return first.text;
      case "number":
        return idealConstant(first);
      default:
        throw failed("nil is no command");
    }
  }

  /** What stands before the fields of a chain. */
  #chained(of: OperandNode, dot: Value): Value {
    return of.kind === "pipe" ? this.#pipeline(of, dot) : this.#argument(of, "value", dot);
  }

  #fields(
    dot: Value,
    receiver: Value,
    names: readonly string[],
    rest: readonly OperandNode[],
    final: Final | undefined,
  ): Value {
    let value = receiver;
    for (let index = 0; index < names.length; index++) {
      const isLast = index === names.length - 1;
      value = this.#field(dot, value, names[index] ?? "", isLast ? rest : [], isLast ? final : undefined);
    }
    return value;
  }

  #field(dot: Value, receiver: Value, name: string, rest: readonly OperandNode[], final: Final | undefined): Value {
    if (isObject(receiver) && Object.hasOwn(receiver.methods, name)) {
      const method = receiver.methods[name];
      if (method !== undefined) return this.#call(name, method, dot, rest, final);
    }
    return fieldOf(receiver, name, this.#run.missingKey, rest.length > 0 || final !== undefined);
  }

  #function(name: string, at: number, dot: Value, rest: readonly OperandNode[], final: Final | undefined): Value {
    try {
      if (name === "and" || name === "or") return this.#andOr(name, dot, rest, final);
      const called = Object.hasOwn(this.#run.functions, name) ? this.#run.functions[name] : undefined;
      if (called === undefined) throw failed(`there is no function ${name}`);
      return this.#call(name, called, dot, rest, final);
    } catch (error) {
      if (error instanceof TemplateFault) error.at ??= at;
      throw error;
    }
  }

  /** They stop at the first argument that decides. */
  #andOr(name: "and" | "or", dot: Value, rest: readonly OperandNode[], final: Final | undefined): Value {
    if (rest.length === 0 && final === undefined) throw failed(`${name} needs an argument`);
    let value: Value;
    for (const node of rest) {
      value = this.#argument(node, "value", dot);
      if (isTrue(value) === (name === "or")) return value;
    }
    return final === undefined ? value : final.value;
  }

  #call(name: string, called: GoFunction, dot: Value, rest: readonly OperandNode[], final: Final | undefined): Value {
    const { parameters, rest: more } = called;
    const count = rest.length + (final === undefined ? 0 : 1);
    if (more === undefined ? count !== parameters.length : count < parameters.length) {
      const wanted = `${more === undefined ? "" : "at least "}${parameters.length}`;
      throw failed(`${name} takes ${wanted} ${parameters.length === 1 ? "argument" : "arguments"}, not ${count}`);
    }
    const args: Value[] = [];
    for (const node of rest) args.push(this.#argument(node, parameters[args.length] ?? more ?? "any", dot));
    if (final !== undefined) args.push(argumentOf(final.value, parameters[args.length] ?? more ?? "any"));
    const { meter } = this.#run.context;
    for (const arg of args)
      if (typeof arg === "string" && arg.length > BYTES_A_STEP) meter.step(arg.length / BYTES_A_STEP);
    const result = called.run(args, this.#run.context);
    if (typeof result === "string") meter.charge(result.length);
    else if (result instanceof GoSlice) meter.charge(result.items.length * 16);
    return result;
  }

  #argument(node: OperandNode, type: ParameterType, dot: Value): Value {
    switch (node.kind) {
      case "dot":
        return argumentOf(dot, type);
      case "nil":
        return nilOf(type);
      case "field":
        return argumentOf(this.#fields(dot, dot, node.names, [], undefined), type);
      case "variable": {
        const value = this.#variable(node.name);
        return argumentOf(
          node.fields.length === 0 ? value : this.#fields(dot, value, node.fields, [], undefined),
          type,
        );
      }
      case "pipe":
        return argumentOf(this.#pipeline(node, dot), type);
      case "identifier":
        return argumentOf(this.#function(node.name, node.at, dot, [], undefined), type);
      case "chain":
        return argumentOf(this.#fields(dot, this.#chained(node.of, dot), node.names, [], undefined), type);
      default:
        return constantOf(node satisfies ConstantNode, type);
    }
  }

  #push(name: string, value: Value): void {
    this.#names.push(name);
    this.#values.push(value);
  }

  #pop(mark: number): void {
    this.#names.length = mark;
    this.#values.length = mark;
  }

  #find(name: string): number {
    for (let index = this.#names.length - 1; index >= this.#base; index--)
      if (this.#names[index] === name) return index;
    throw failed(`there is no variable ${name} here`);
  }

  #variable(name: string): Value {
    return this.#values[this.#find(name)];
  }

  #assign(name: string, value: Value): void {
    this.#values[this.#find(name)] = value;
  }
}

function refuseArguments(rest: readonly OperandNode[], final: Final | undefined): void {
  if (rest.length > 0 || final !== undefined) throw failed("something that is no function has arguments");
}
