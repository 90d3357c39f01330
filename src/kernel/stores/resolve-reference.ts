import { KustodyError } from "../errors.ts";

declare const resolved: unique symbol;

export type ReferenceKind = "Secret" | "ConfigMap" | "ServiceAccount";

/** An object that a store may use. Only `resolveReference` makes one, so code that reads objects cannot be given any other. */
export interface ResolvedReference<K extends ReferenceKind = ReferenceKind> {
  readonly kind: K;
  readonly namespace: string;
  readonly name: string;
  /** The entry of a Secret or ConfigMap. */
  readonly key: string | undefined;
  /** Whether the namespace came from the asking object: then the identity depends on it. */
  readonly fromAsker: boolean;
  readonly [resolved]: true;
}

/** Whose references they are. */
export type ReferenceScope =
  | { readonly storeKind: "SecretStore"; readonly namespace: string }
  /** `asker` is the namespace of the object that uses the store; absent while the store is looked at by itself. */
  | { readonly storeKind: "ClusterSecretStore"; readonly asker: string | undefined };

export interface Selector {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly key?: string | undefined;
}

/**
 * The one place that decides which namespace a reference of a store reaches into, for Secrets, ConfigMaps and
 * ServiceAccounts alike (ESO's CVE-2026-42875 was a ConfigMap that had a rule of its own). Pure.
 *
 * - A SecretStore reaches its own namespace. Naming another one is an error, never a silent correction.
 * - A ClusterSecretStore reaches the namespace that it names, or else that of the asking object.
 *
 * @throws KST_REFERENCE_FOREIGN
 */
export function resolveReference<K extends ReferenceKind>(
  kind: K,
  { name = "", namespace, key }: Selector,
  scope: ReferenceScope,
): ResolvedReference<K> {
  const where = scope.storeKind === "SecretStore" ? scope.namespace : (namespace ?? scope.asker);
  if (scope.storeKind === "SecretStore" && namespace !== undefined && namespace !== scope.namespace) {
    throw foreign(`a SecretStore of namespace ${scope.namespace} refers to ${kind} ${name} of namespace ${namespace}`);
  }
  if (where === undefined) throw foreign(`a ClusterSecretStore refers to ${kind} ${name} without a namespace`);
  for (const part of [where, name])
    if (!isObjectName(part)) throw foreign(`a reference to a ${kind} has an impossible name`);
  const fromAsker = scope.storeKind === "ClusterSecretStore" && namespace === undefined;
  return { kind, namespace: where, name, key, fromAsker } as ResolvedReference<K>;
}

function isObjectName(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text);
}

function foreign(message: string): KustodyError {
  return new KustodyError("KST_REFERENCE_FOREIGN", message, {
    hint: "use objects of the store's own namespace, or name the namespace in a ClusterSecretStore",
  });
}
