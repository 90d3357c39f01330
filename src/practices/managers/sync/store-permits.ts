import type { Ref, StoreError } from "../../../kernel/stores/store.ts";
import type { SecretStore } from "../model/resources.ts";
import { storePolicySpec } from "../model/store-policy-spec.ts";
import { keyMatches } from "./key-pattern.ts";
import { type AskingNamespace, admits } from "./namespace-match.ts";

export type Permits = (ref: Ref) => StoreError | undefined;

interface NamedSpec {
  readonly metadata: { readonly name: string };
  readonly spec: unknown;
}

/**
 * Pure. Which keys of a store a namespace may read: all that the StorePolicies naming the store allow it, or everything
 * when none names it. A policy that cannot be understood allows nothing, of any store that it might have named.
 */
export function permitsOf(policies: Iterable<NamedSpec>, store: SecretStore, namespace: AskingNamespace): Permits {
  const patterns: string[] = [];
  let named = false;
  for (const { metadata, spec } of policies) {
    const parsed = parse(spec);
    if (!parsed.success)
      return () => denied(`StorePolicy ${metadata.name} cannot be understood, so nothing is allowed`);
    if (!parsed.data.stores.some((one) => names(one, store))) continue;
    named = true;
    for (const { namespaces, keys } of parsed.data.rules) {
      if (admits(namespaces, namespace).admitted) patterns.push(...keys);
    }
  }
  if (!named) return () => undefined;
  return ({ key }) =>
    patterns.some((pattern) => keyMatches(pattern, key, namespace.name))
      ? undefined
      : denied(`no StorePolicy lets namespace ${namespace.name} read this key`);
}

const known = new WeakMap<object, ReturnType<typeof storePolicySpec.safeParse>>();

/** Once for each object that a watch brought: a refresh of ten thousand objects asks as often. */
function parse(spec: unknown): ReturnType<typeof storePolicySpec.safeParse> {
  if (typeof spec !== "object" || spec === null) return storePolicySpec.safeParse(spec);
  let parsed = known.get(spec);
  if (parsed === undefined) known.set(spec, (parsed = storePolicySpec.safeParse(spec)));
  return parsed;
}

function names(one: { kind: string; name: string; namespace?: string | undefined }, store: SecretStore): boolean {
  if (one.kind !== store.kind || one.name !== store.metadata.name) return false;
  return store.kind === "ClusterSecretStore" || one.namespace === store.metadata.namespace;
}

function denied(message: string): StoreError {
  return { error: "denied", message };
}
