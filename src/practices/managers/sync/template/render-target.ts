import { KustodyError } from "../../../../kernel/errors.ts";
import { Secret } from "../../../../kernel/secret/secret.ts";
import { copySecret } from "../../../../kernel/stores/copy-secret.ts";
import { decodeValue } from "../../../../kernel/stores/value/decode-value.ts";
import type { NamedTemplate, RenderOptions, Sources } from "../../../../kernel/template/render-template.ts";
import type { Template } from "../../model/external-secret-spec.ts";
import { isDataKey } from "../../model/object-name.ts";
import type { TargetData } from "../target-data.ts";
import { metadataFault } from "./metadata-faults.ts";
import { RenderedTarget } from "./rendered-target.ts";
import { keepsValues, type TemplateObject, type TemplateStep, templateStepsOf } from "./template-steps.ts";

/** The entries of a ConfigMap or Secret of the ExternalSecret's own namespace, undefined where it is not there. Whoever asks disposes of the Secrets. */
export type FetchTemplates = (
  object: TemplateObject,
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, string | Secret> | undefined>;

/** All templates of one object together: none holds up the others' syncs for longer. */
const MILLIS = 5_000;
/** All that they give, together: the API server takes a mebibyte of data. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * Renders a target's templates over the values from the stores, each in its turn, later ones over earlier. Objects that hold
 * templates are read once each.
 *
 * @throws KST_TEMPLATE_INVALID, KST_TEMPLATE_FAILED, KST_TEMPLATE_BOUND with the place in the spec and in the template,
 * never with a value; errors of the Kubernetes client; the signal's reason
 */
export async function renderTarget(
  template: Template,
  values: TargetData,
  fetch: FetchTemplates,
  sources: Sources,
  signal: AbortSignal,
): Promise<RenderedTarget> {
  const rendered = new RenderedTarget();
  const fetched = new Map<string, ReadonlyMap<string, string | Secret>>();
  const deadline = sources.now() + MILLIS;
  let bytes = 0;
  try {
    if (keepsValues(template)) for (const [key, value] of values.entries) rendered.data.set(key, copySecret(value));
    for (const step of templateStepsOf(template)) {
      signal.throwIfAborted();
      const millis = deadline - sources.now();
      if (millis <= 0) throw bound(step, `the templates together take longer than ${MILLIS} ms`);
      const read = await readStep(step, fetched, fetch, signal);
      bytes += await renderStep(step, read, values, rendered, {
        sources,
        missingKey: "error",
        bounds: { millis, outputBytes: MOST_BYTES - bytes },
        signal,
      });
    }
    return rendered;
  } catch (error) {
    rendered[Symbol.dispose]();
    throw error;
  } finally {
    for (const entries of fetched.values()) {
      for (const text of entries.values()) if (text instanceof Secret) text.dispose();
    }
  }
}

/** The engine is loaded when the first template needs it: commands that render none start faster. */
const engine = () => import("../../../../kernel/template/render-template.ts");
const entriesEngine = () => import("../../../../kernel/template/render-entries.ts");

async function readStep(
  step: TemplateStep,
  fetched: Map<string, ReadonlyMap<string, string | Secret>>,
  fetch: FetchTemplates,
  signal: AbortSignal,
): Promise<NamedTemplate> {
  const { where, text } = step;
  const { parseNamedTemplate, parseSecretTemplate } = await engine();
  if ("literal" in text) return parseNamedTemplate(where, text.literal);
  const { kind, name } = text.from;
  const id = `${kind}/${name}`;
  const entries = fetched.get(id) ?? (await fetch(text.from, signal));
  if (entries === undefined) throw fault(step, `there is no ${kind} ${name} in its namespace`);
  fetched.set(id, entries);
  const found = entries.get(text.entry);
  if (found === undefined) throw fault(step, `the ${kind} has no such entry`);
  return typeof found === "string" ? parseNamedTemplate(where, found) : parseSecretTemplate(where, found);
}

/** Answers with how many bytes it gave. */
async function renderStep(
  step: TemplateStep,
  read: NamedTemplate,
  values: TargetData,
  rendered: RenderedTarget,
  options: RenderOptions,
): Promise<number> {
  const { target, key, decoding } = step;
  const { renderTemplate } = await engine();
  const { renderEntries, openly } = await entriesEngine();
  const entries =
    key === undefined
      ? await renderEntries(read, values.entries, options)
      : new Map([[key, await renderTemplate(read, values.entries, options)]]);
  let bytes = 0;
  try {
    for (const [name, raw] of entries) {
      bytes += raw.size;
      using decoded = decode(step, raw, decoding);
      if (target === "data") {
        if (!isDataKey(name)) throw fault(step, "it gives a key that a Secret cannot have");
        rendered.data.set(name, copySecret(decoded));
        continue;
      }
      const text = openly(decoded);
      const why = metadataFault(target, name, text);
      if (why !== undefined) throw fault(step, why);
      rendered[target][name] = text;
    }
    return bytes;
  } finally {
    for (const raw of entries.values()) raw.dispose();
  }
}

function decode(step: TemplateStep, raw: Secret, strategy: TemplateStep["decoding"]): Secret {
  try {
    return decodeValue(raw, strategy);
  } catch (error) {
    throw error instanceof KustodyError ? fault(step, error.message) : error;
  }
}

function fault({ where }: TemplateStep, why: string): KustodyError {
  return new KustodyError("KST_TEMPLATE_FAILED", `${where}: ${why}`, { hint: "look at what the template gives" });
}

function bound({ where }: TemplateStep, why: string): KustodyError {
  return new KustodyError("KST_TEMPLATE_BOUND", `${where}: ${why}`, { hint: "use fewer or simpler templates" });
}
