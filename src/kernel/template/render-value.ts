import type { CallContext } from "./execute/call-context.ts";
import { Executor } from "./execute/executor.ts";
import { type Bounds, DEFAULT_BOUNDS, Meter } from "./execute/meter.ts";
import { ALL_FUNCTIONS } from "./functions/all-functions.ts";
import type { Delimiters } from "./lex/lex-template.ts";
import type { Tree } from "./parse/node.ts";
import { parseTemplate } from "./parse/parse-template.ts";
import { TemplateFault } from "./template-fault.ts";
import { bytesOfText } from "./values/utf8.ts";
import type { Value } from "./values/value.ts";

/** Where time and chance come from. */
export interface Sources {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly random: (count: number) => Buffer;
}

export interface RenderOptions {
  readonly sources: Sources;
  /** What a field that is not there does: ends the rendering, or prints `<no value>`. */
  readonly missingKey: "error" | "default";
  readonly bounds?: Partial<Bounds>;
  readonly signal?: AbortSignal | undefined;
}

/** A template that was read, to be rendered any number of times. */
export interface Template {
  readonly tree: Tree;
  /** As a byte string. */
  readonly source: string;
}

/** @throws TemplateFault */
export function readTemplate(text: string, delimiters?: Delimiters): Template {
  const source = bytesOfText(text);
  const ours = delimiters && { left: bytesOfText(delimiters.left), right: bytesOfText(delimiters.right) };
  return { tree: parseTemplate(source, (name) => Object.hasOwn(ALL_FUNCTIONS, name), ours), source };
}

/** Renders into a byte string; `costly` does, or refuses, what takes long. @throws TemplateFault */
export function renderValue(
  template: Template,
  data: Value,
  options: RenderOptions,
  meter: Meter,
  costly: CallContext["costly"],
): string {
  const { sources, missingKey } = options;
  const context: CallContext = { meter, now: sources.now(), random: sources.random, costly };
  try {
    return new Executor({ tree: template.tree, functions: ALL_FUNCTIONS, missingKey, context }).render(data);
  } catch (error) {
    // V8's stack, or a text longer than V8 can hold.
    if (error instanceof RangeError) throw new TemplateFault("bound", "it nests too deeply, or makes a text too long");
    throw error;
  }
}

export function meterOf(options: RenderOptions): Meter {
  return new Meter({ ...DEFAULT_BOUNDS, ...options.bounds }, options.sources.now, options.signal);
}
