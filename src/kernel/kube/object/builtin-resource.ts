import { apiVersionOf, type Resource } from "./resource.ts";
import * as resources from "./resources.ts";

const BUILTIN: ReadonlyMap<string, Resource> = new Map(
  Object.values(resources).map((resource: Resource) => [`${apiVersionOf(resource)} ${resource.kind}`, resource]),
);

/** The resource of a kind that Kubernetes itself serves and Kustody knows. */
export function builtinResource(object: { readonly apiVersion: string; readonly kind: string }): Resource | undefined {
  return BUILTIN.get(`${object.apiVersion} ${object.kind}`);
}
