import { isSought, type Sought, type Wanted } from "./wanted.ts";

/** Pure. `spec.data[3] (key "db" of ClusterSecretStore vault)`: everything that is needed to find a fault, and no value. */
export function placeOf(entry: Wanted | Sought): string {
  const { where, store } = entry;
  if (isSought(entry)) return `${where} (of ${store.kind} ${store.name})`;
  const { ref } = entry;
  const version = ref.version === undefined ? "" : ` in version ${JSON.stringify(ref.version.slice(0, 100))}`;
  return `${where} (key ${JSON.stringify(ref.key.slice(0, 300))}${version} of ${store.kind} ${store.name})`;
}
