import { KustodyError } from "../../errors.ts";
import { type Resource, resourceName } from "../object/resource.ts";

/** Query parameters; undefined ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** `/api/v1/namespaces/shop/secrets`; without `namespace` the collection of the whole cluster. */
export function collectionPath(resource: Resource, namespace: string | undefined): string {
  const group = resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = namespace === undefined ? "" : `/namespaces/${segment(resource, namespace)}`;
  return `${group}${scope}/${resource.plural}`;
}

export function objectPath(resource: Resource, namespace: string | undefined, name: string): string {
  return `${collectionPath(resource, namespace)}/${segment(resource, name)}`;
}

export function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  const text = parameters.toString();
  return text === "" ? path : `${path}?${text}`;
}

/** An empty namespace would mean all of them, and `..` another path: what is not one path segment is refused. */
function segment(resource: Resource, name: string): string {
  // RBAC names may hold colons, so this is the API's own rule for path segments, not the stricter one of DNS.
  if (name === "" || name === "." || name === ".." || name.length > 253 || /[/%\p{Cc}\s]/u.test(name)) {
    throw new KustodyError(
      "KST_KUBE_INVALID",
      `"${name.slice(0, 80)}" cannot be a name or namespace of ${resourceName(resource)}`,
    );
  }
  return encodeURIComponent(name);
}
