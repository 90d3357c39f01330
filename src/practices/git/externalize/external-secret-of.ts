import type { KubeObject } from "../../../kernel/kube/manifests/manifest.ts";
import { asRecord, asText, type UntypedRecord } from "../../../kernel/untyped.ts";
import type { MovableSecret, StoreName } from "./model.ts";
import { LAST_APPLIED, SET_BY_SERVER } from "./server-fields.ts";

/**
 * The spec of the ExternalSecret that brings a Secret manifest's values back. A type needs a template, and with a template
 * the target's labels and annotations come from there alone; its data stays what the store gives (mergePolicy: Merge).
 * https://external-secrets.io/latest/guides/templating/
 */
export function specOf(
  object: KubeObject,
  { key, encoding }: Pick<MovableSecret, "key" | "encoding">,
  store: StoreName,
) {
  const template = templateOf(object);
  const immutable = object["immutable"] === true ? { immutable: true } : {};
  const target = template === undefined ? immutable : { ...immutable, template };
  const decoding = encoding === "base64" ? { decodingStrategy: "Base64" } : {};
  return {
    secretStoreRef: { kind: store.kind, name: store.name },
    ...(Object.keys(target).length === 0 ? {} : { target }),
    dataFrom: [{ extract: { key, ...decoding } }],
  };
}

function templateOf(object: KubeObject) {
  const type = asText(object["type"]) ?? "Opaque";
  if (type === "Opaque" || type === "") return undefined;
  const { labels, annotations } = asRecord(asRecord(cleaned(object.metadata)));
  const metadata = {
    ...(labels === undefined ? {} : { labels: literal(asRecord(labels)) }),
    ...(annotations === undefined ? {} : { annotations: literal(asRecord(annotations)) }),
  };
  const copied = Object.keys(metadata).length === 0 ? {} : { metadata };
  return { engineVersion: "v2", mergePolicy: "Merge", type, ...copied };
}

/** The template engine would carry out what stands in double braces. */
function literal(texts: UntypedRecord): UntypedRecord {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      name,
      typeof text === "string" ? text.replaceAll("{{", '{{ "{{" }}') : text,
    ]),
  );
}

/** Pure. The manifest as it has to be after the edit: whatever else stands in it stays. */
export function expectedObject(object: KubeObject, spec: unknown): UntypedRecord {
  const { apiVersion, kind, metadata, data, stringData, type, immutable, ...rest } = object;
  void [apiVersion, kind, data, stringData, type, immutable];
  return { ...rest, apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", metadata: cleaned(metadata), spec };
}

function cleaned(metadata: unknown): UntypedRecord {
  const kept = Object.fromEntries(Object.entries(asRecord(metadata)).filter(([name]) => !SET_BY_SERVER.has(name)));
  const annotations = asRecord(kept["annotations"]);
  if (!Object.hasOwn(annotations, LAST_APPLIED)) return kept;
  const others = Object.fromEntries(Object.entries(annotations).filter(([name]) => name !== LAST_APPLIED));
  const { annotations: _, ...without } = kept;
  return Object.keys(others).length === 0 ? without : { ...without, annotations: others };
}
