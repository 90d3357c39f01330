import { KustodyError } from "../errors.ts";
import { Secret } from "../secret/secret.ts";
import { Awaiting, CostlyCalls } from "./costly-calls.ts";
import type { Meter } from "./execute/meter.ts";
import { valueOf } from "./json/read-json.ts";
import type { Delimiters } from "./lex/lex-template.ts";
import { meterOf, type RenderOptions, readTemplate, renderValue, type Template } from "./render-value.ts";
import { TemplateFault } from "./template-fault.ts";
import { bytesOfText, textOfBytes } from "./values/utf8.ts";
import { GoMap, type Value } from "./values/value.ts";

export type { Bounds } from "./execute/meter.ts";
export type { RenderOptions, Sources, Template } from "./render-value.ts";
export { volatileFunctions } from "./volatile-functions.ts";

/** A template with the name that messages call it by, such as `the template of key "config"`. */
export interface NamedTemplate extends Template {
  readonly name: string;
  /** Its own text is secret too: messages say where, and nothing of what stands there. */
  readonly isSecret?: boolean;
}

/**
 * Reads a template: Go's text/template with the functions of sprig and of External Secrets Operator's engine v2. What it
 * says can be rendered any number of times.
 *
 * @throws KST_TEMPLATE_INVALID, KST_TEMPLATE_BOUND
 */
export function parseNamedTemplate(name: string, text: string, delimiters?: Delimiters): NamedTemplate {
  try {
    return { name, ...readTemplate(text, delimiters) };
  } catch (error) {
    throw asKustodyError(error, { name, source: bytesOfText(text) });
  }
}

/** Reads a template that is kept in a Secret. @throws as parseNamedTemplate */
export function parseSecretTemplate(name: string, text: Secret, delimiters?: Delimiters): NamedTemplate {
  const readable = text.unwrap().toString("utf8");
  try {
    return { name, ...readTemplate(readable, delimiters), isSecret: true };
  } catch (error) {
    throw asKustodyError(error, { name, source: bytesOfText(readable), isSecret: true });
  }
}

/**
 * Renders a template over secret values, as External Secrets Operator does: `data` is a map of texts. What comes out is
 * secret too, and no message holds anything of it.
 *
 * @throws KST_TEMPLATE_FAILED, KST_TEMPLATE_BOUND, and the signal's reason
 */
export function renderTemplate(
  template: NamedTemplate,
  data: ReadonlyMap<string, Secret>,
  options: RenderOptions,
): Promise<Secret> {
  return render(
    template,
    () => valuesOf(data),
    options,
    (bytes) => Secret.fromBytes(Buffer.from(bytes, "latin1")),
  );
}

/** Renders a template over plain data that is no secret, such as a report. @throws as renderTemplate */
export function renderPlainTemplate(template: NamedTemplate, data: unknown, options: RenderOptions): Promise<string> {
  return render(template, (meter) => valueOf(data, meter), options, textOfBytes);
}

/** Renders a template over values. @throws as renderTemplate */
export async function render<T>(
  template: NamedTemplate,
  dataOf: (meter: Meter) => Value,
  options: RenderOptions,
  resultOf: (bytes: string) => T,
): Promise<T> {
  const meter = meterOf(options);
  const calls = new CostlyCalls(options.sources.random);
  const now = options.sources.now();
  const sources = { now: () => now, random: calls.random };
  for (;;) {
    calls.rewind();
    try {
      return resultOf(renderValue(template, dataOf(meter), { ...options, sources }, meter, calls.costly));
    } catch (error) {
      if (options.signal?.aborted === true && error === options.signal.reason) throw error;
      if (!(error instanceof Awaiting)) throw asKustodyError(error, template);
      const began = options.sources.now();
      try {
        await calls.wait(error);
      } catch (cause) {
        throw asKustodyError(cause, template);
      }
      meter.pause(options.sources.now() - began);
    }
  }
}

/** Secrets as what a template sees: a map of texts. */
export function valuesOf(data: ReadonlyMap<string, Secret>): GoMap {
  const entries = [...data].map(([key, secret]) => [bytesOfText(key), secret.unwrap().toString("latin1")] as const);
  return new GoMap(new Map(entries), "string");
}

const HINTS = {
  invalid: "https://pkg.go.dev/text/template says how templates are written",
  failed: "compare the keys and types of the data with what the template asks for",
  bound: "look for loops, repeat, and templates that call themselves",
} as const;

/** What is told of a template that is secret itself: a reason may quote it. */
const UNQUOTED = {
  invalid: "the template cannot be understood",
  failed: "the template cannot be carried out on this data",
  bound: "the template takes too much",
} as const;

const CODES = {
  invalid: "KST_TEMPLATE_INVALID",
  failed: "KST_TEMPLATE_FAILED",
  bound: "KST_TEMPLATE_BOUND",
} as const;

/** Without the cause, and without the words of any other error: they may hold values. */
function asKustodyError(
  error: unknown,
  { name, source, isSecret = false }: Pick<NamedTemplate, "name" | "source" | "isSecret">,
): KustodyError {
  if (!(error instanceof TemplateFault)) {
    const kind = error instanceof Error ? error.name : typeof error;
    return new KustodyError("KST_INTERNAL", `${name}: the template engine failed (${kind})`, {
      hint: "please report this, with the template but without its data",
    });
  }
  const { kind, message, at } = error;
  const place = at === undefined ? "" : `, ${placeOf(source, at)}`;
  const words = isSecret ? UNQUOTED[kind] : textOfBytes(message);
  return new KustodyError(CODES[kind], `${name}${place}: ${words}`, { hint: HINTS[kind] });
}

function placeOf(source: string, at: number): string {
  const before = source.slice(0, at).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
