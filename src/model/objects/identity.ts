import type { Subject } from "../../kernel/finding/finding.ts";
import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { asList, asRecord, asText } from "../../kernel/untyped.ts";

/** `metadata.name`; objects without one (generateName, fragments) are shown as `(no name)`. */
export function nameOf(object: KubeObject): string {
  const metadata = asRecord(object.metadata);
  const generated = asText(metadata["generateName"]);
  return asText(metadata["name"]) ?? (generated === undefined ? "(no name)" : `${generated}…`);
}

/** `metadata.namespace`, where the object says one. */
export function namespaceOf(object: KubeObject): string | undefined {
  const namespace = asText(asRecord(object.metadata)["namespace"]);
  return namespace === "" ? undefined : namespace;
}

export function labelsOf(object: KubeObject): Readonly<Record<string, unknown>> {
  return asRecord(asRecord(object.metadata)["labels"]);
}

export function annotationsOf(object: KubeObject): Readonly<Record<string, unknown>> {
  return asRecord(asRecord(object.metadata)["annotations"]);
}

/** The group of an apiVersion: `apps` of `apps/v1`, the empty text of `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash === -1 ? "" : apiVersion.slice(0, slash);
}

/** An owner reference with the parts that tell who manages an object. */
export interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly controller: boolean;
}

export function ownersOf(object: KubeObject): readonly Owner[] {
  return asList(asRecord(object.metadata)["ownerReferences"]).map((entry) => {
    const owner = asRecord(entry);
    return {
      apiVersion: asText(owner["apiVersion"]) ?? "",
      kind: asText(owner["kind"]) ?? "",
      name: asText(owner["name"]) ?? "",
      controller: owner["controller"] === true,
    };
  });
}

/** The object as the subject of a finding. */
export function subjectOf(object: KubeObject, field?: string): Subject {
  const namespace = namespaceOf(object);
  return {
    kind: object.kind,
    name: nameOf(object),
    apiVersion: object.apiVersion,
    ...(namespace === undefined ? {} : { namespace }),
    ...(field === undefined || field === "" ? {} : { field }),
  };
}

/** The object in a sentence: `Deployment shop/web`, `ClusterRole ops`. */
export function titleOf(object: KubeObject): string {
  const namespace = namespaceOf(object);
  return `${object.kind} ${namespace === undefined ? "" : `${namespace}/`}${nameOf(object)}`;
}
