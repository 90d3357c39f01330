import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { asList, asRecord, asText } from "../../kernel/untyped.ts";
import { groupOf } from "../../model/objects/identity.ts";
import type { TemplatedObject } from "./model.ts";

/** Where each kind has the template of what it writes, and the spec that says how often. */
const KINDS: Readonly<Record<string, { readonly spec: readonly string[]; readonly template: readonly string[] }>> = {
  ExternalSecret: { spec: ["spec"], template: ["target", "template"] },
  ClusterExternalSecret: { spec: ["spec", "externalSecretSpec"], template: ["target", "template"] },
  PushSecret: { spec: ["spec"], template: ["template"] },
  ClusterPushSecret: { spec: ["spec", "pushSecretSpec"], template: ["template"] },
};

/** `object` with the templates that stand in it, where it has any and they are rendered more than once. */
export function templatedObjectsOf(object: KubeObject): readonly TemplatedObject[] | undefined {
  const kind = Object.hasOwn(KINDS, object.kind) ? KINDS[object.kind] : undefined;
  if (kind === undefined || groupOf(object.apiVersion) !== "external-secrets.io") return undefined;
  const spec = at(object, kind.spec);
  const templates = templatesOf(at(spec, kind.template), [...kind.spec, ...kind.template].join("."));
  if (templates.length === 0) return undefined;
  return isRenderedOnce(spec) ? [] : [{ object, templates }];
}

function isRenderedOnce(spec: Readonly<Record<string, unknown>>): boolean {
  const policy = asText(spec["refreshPolicy"]);
  if (policy === "CreatedOnce" || policy === "OnChange") return true;
  return /^\+?0+(?:\.0*)?(?:[a-zµ]+|)$/.test(asText(spec["refreshInterval"]) ?? "");
}

function templatesOf(template: Readonly<Record<string, unknown>>, where: string): TemplatedObject["templates"] {
  const metadata = asRecord(template["metadata"]);
  const literals = asList(template["templateFrom"]).map((from, index) => ({
    field: `${where}.templateFrom[${index}].literal`,
    text: asText(asRecord(from)["literal"]) ?? "",
  }));
  return [
    ...texts(template["data"], `${where}.data`),
    ...texts(metadata["labels"], `${where}.metadata.labels`),
    ...texts(metadata["annotations"], `${where}.metadata.annotations`),
    ...literals,
  ].filter(({ text }) => text !== "");
}

function texts(record: unknown, where: string): TemplatedObject["templates"] {
  const entries = Object.entries(asRecord(record));
  return entries.map(([key, text]) => ({ field: `${where}[${JSON.stringify(key)}]`, text: asText(text) ?? "" }));
}

function at(parent: unknown, path: readonly string[]): Readonly<Record<string, unknown>> {
  return path.reduce((value, name) => asRecord(value[name]), asRecord(parent));
}
