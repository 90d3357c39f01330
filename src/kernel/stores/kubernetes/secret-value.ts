import type { ObjectMeta } from "../../kube/index.ts";
import { Secret } from "../../secret/secret.ts";
import type { Value } from "../store.ts";
import { quoteGoJson } from "../value/go-json.ts";
import { parseJson, rawOf, unescapeJson } from "../value/json-node.ts";

/**
 * A Secret's data as a value: the JSON of all entries, names sorted, as ESO gives it where no property is asked for (bytes
 * that are no text become U+FFFD there), and each entry as it is. Takes the Secrets over. A door.
 */
export function valueOf(
  data: Readonly<Record<string, Secret>>,
  version: string,
): Value & { readonly properties: ReadonlyMap<string, Secret> } {
  const entries = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = entries.flatMap(([name, value], n) => [
    Buffer.from(`${n === 0 ? "" : ","}${JSON.stringify(name)}:`),
    quoteGoJson(value.unwrap(), false),
  ]);
  const json = Buffer.concat([Buffer.from("{"), ...parts, Buffer.from("}")]);
  for (const part of parts) part.fill(0);
  return { value: Secret.fromBytes(json), properties: new Map(entries), version };
}

/** `metadataPolicy: Fetch`: labels and annotations. */
export function metadataJson({ annotations, labels }: ObjectMeta): Secret {
  const sorted = (map: Readonly<Record<string, string>> | undefined): Record<string, string> | null =>
    map === undefined ? null : Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
  return Secret.fromText(JSON.stringify({ annotations: sorted(annotations), labels: sorted(labels) }));
}

/** A JSON object of texts as a Secret's data, or undefined. The Secrets belong to the caller. A door. */
export function dataOf(value: Secret): Record<string, Secret> | undefined {
  const bytes = value.unwrap();
  const root = Buffer.from(bytes.toString("utf8")).equals(bytes) ? parseJson(bytes) : undefined;
  if (root?.kind !== "object" || root.members.some(({ value: member }) => member.kind !== "string")) return undefined;
  return Object.fromEntries(
    root.members.map(({ name, value: member }) => [name, Secret.fromBytes(unescapeJson(rawOf(member)))]),
  );
}
