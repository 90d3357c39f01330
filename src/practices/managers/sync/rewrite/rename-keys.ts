import { KustodyError } from "../../../../kernel/errors.ts";
import { Secret } from "../../../../kernel/secret/secret.ts";
import type { Sources } from "../../../../kernel/template/render-value.ts";
import type { Rewrite } from "../../model/remote-ref.ts";

/** All keys of one step together. */
const MILLIS = 5_000;
const LONGEST = 4_096;

/** Go's `ReplaceAllString`, which sprig gives to templates: one engine, and one set of bounds, for both kinds of step. */
const REPLACE = "{{ regexReplaceAll .source .value .target }}";

/**
 * What keys are called after one step: its template rendered over each (`.value`), or its regular expression replaced in it.
 *
 * @throws KST_TEMPLATE_INVALID, KST_TEMPLATE_FAILED, KST_TEMPLATE_BOUND
 */
export async function renameKeys(
  where: string,
  { regexp, transform }: Pick<Rewrite, "regexp" | "transform">,
  keys: readonly string[],
  sources: Sources,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (regexp === undefined && transform === undefined) return new Map();
  const { parseNamedTemplate, renderTemplate } = await import("../../../../kernel/template/render-template.ts");
  const { openly } = await import("../../../../kernel/template/render-entries.ts");
  const place = regexp === undefined ? `${where}.transform.template` : `${where}.regexp`;
  const template = parseNamedTemplate(place, transform?.template ?? REPLACE);
  const names = new Map<string, string>();
  const deadline = sources.now() + MILLIS;
  for (const key of keys) {
    const millis = deadline - sources.now();
    if (millis <= 0) throw tooSlow(place);
    const given = { value: key, ...(regexp === undefined ? {} : regexp) };
    // Keys are no secrets; the engine takes nothing else.
    const data = new Map(Object.entries(given).map(([name, text]) => [name, Secret.fromText(text)]));
    const bounds = { millis, outputBytes: LONGEST };
    using name = await renderTemplate(template, data, { sources, missingKey: "default", bounds, signal });
    names.set(key, openly(name));
  }
  return names;
}

function tooSlow(place: string): KustodyError {
  return new KustodyError("KST_TEMPLATE_BOUND", `${place}: renaming the keys takes longer than ${MILLIS} ms`, {
    hint: "find fewer keys, or write a simpler template",
  });
}
