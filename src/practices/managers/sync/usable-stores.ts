import { DEFAULT_CONTROLLER_CLASS } from "../model/names.ts";
import type { ExternalSecret, SecretStore } from "../model/resources.ts";
import { secretStoreSpec } from "../model/secret-store-spec.ts";
import { admits } from "./namespace-match.ts";
import type { ClusterView } from "./ports.ts";
import type { Sought, StoreName, Wanted } from "./wanted.ts";

/** Pure. Whether another operator looks after the store: one without a class is everybody's, as upstream has it. */
export function isOfOtherClass(store: SecretStore, controllerClass: string): boolean {
  const { controller } = (store.spec ?? {}) as { readonly controller?: unknown };
  return typeof controller === "string" && controller !== "" && controller !== controllerClass;
}

export const ownClass = (given: string | undefined): string => given || DEFAULT_CONTROLLER_CLASS;

export type UsableStores =
  | { readonly kind: "usable"; readonly stores: ReadonlyMap<string, SecretStore> }
  /** Another operator's: nothing is touched. */
  | { readonly kind: "foreign" }
  | { readonly kind: "refused"; readonly cause: string };

/** Pure, given what the cluster shows. The stores that an ExternalSecret names, if each is there and open to its namespace. */
export function usableStores(
  externalSecret: ExternalSecret,
  wanted: readonly (Wanted | Sought)[],
  cluster: ClusterView,
  controllerClass: string,
): UsableStores {
  const namespace = externalSecret.metadata.namespace ?? "";
  const named = new Map<string, { readonly name: StoreName; readonly where: string }>();
  for (const { store, where } of wanted) {
    const id = `${store.kind}/${store.name}`;
    if (!named.has(id)) named.set(id, { name: store, where });
  }
  const found = [...named].map(([id, { name, where }]) => ({ id, where, name, store: cluster.store(name, namespace) }));
  if (found.some(({ store }) => store !== undefined && isOfOtherClass(store, controllerClass)))
    return { kind: "foreign" };
  const stores = new Map<string, SecretStore>();
  for (const { id, where, name, store } of found) {
    const why =
      store === undefined
        ? "there is no such store"
        : (closedTo(store, namespace, cluster) ?? cluster.storeProblem(store));
    if (why !== undefined) return { kind: "refused", cause: `${where}: ${name.kind} ${name.name}: ${why}` };
    if (store !== undefined) stores.set(id, store);
  }
  return { kind: "usable", stores };
}

/** Why a store may not be used from a namespace. */
function closedTo(store: SecretStore, namespace: string, cluster: ClusterView): string | undefined {
  const parsed = secretStoreSpec.safeParse(store.spec);
  if (!parsed.success) {
    return `its specification cannot be understood at ${parsed.error.issues
      .slice(0, 3)
      .map(({ path }) => `spec.${path.join(".")}`)
      .join(", ")}`;
  }
  // Conditions are a cluster store's: upstream ignores them in a namespaced one.
  if (store.kind !== "ClusterSecretStore") return undefined;
  const asking = { name: namespace, labels: cluster.namespaceLabels(namespace) };
  const { admitted, mistake } = admits(parsed.data.conditions, asking);
  if (admitted) return undefined;
  const more = mistake === undefined ? "" : ` (${mistake})`;
  return `its conditions do not admit namespace ${namespace}${more}`;
}
