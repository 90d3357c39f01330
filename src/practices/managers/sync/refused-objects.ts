import type { ExternalSecret, StorePolicy } from "../model/resources.ts";
import { storePolicySpec } from "../model/store-policy-spec.ts";
import { parseExternalSecret, wantsOfParsed } from "./parsed-external-secret.ts";
import type { ClusterView } from "./ports.ts";
import { permitsOf } from "./store-permits.ts";
import { isSought, storeId } from "./wanted.ts";

/** Pure. The stores that a policy names, each as its `storeKey`; undefined where it cannot be understood, so that it may be any. */
export function storesOfPolicy({ spec }: StorePolicy): readonly string[] | undefined {
  const parsed = storePolicySpec.safeParse(spec);
  if (!parsed.success) return undefined;
  return parsed.data.stores.map(({ kind, namespace = "", name }) => storeId({ kind, name }, namespace));
}

/** Pure, given what the cluster shows. Whether the policies now refuse a key that an object wants. */
export function isRefused(
  object: ExternalSecret,
  cluster: Pick<ClusterView, "store" | "policies" | "namespaceLabels">,
): boolean {
  const { namespace = "" } = object.metadata;
  const asking = { name: namespace, labels: cluster.namespaceLabels(namespace) };
  return wantsOfParsed(parseExternalSecret(object)).wanted.some((entry) => {
    const store = cluster.store(entry.store, namespace);
    // What a search finds is not known here: one begins where the policies have a say at all.
    const ref = isSought(entry) ? { key: "" } : entry.ref;
    return store !== undefined && permitsOf(cluster.policies(), store, asking)(ref) !== undefined;
  });
}
