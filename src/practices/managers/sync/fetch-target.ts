import { KustodyError } from "../../../kernel/errors.ts";
import type { Kube } from "../../../kernel/kube/kube.ts";
import type { ObjectRef } from "../../../kernel/kube/object/object-meta.ts";
import { type SecretObject, Secrets } from "../../../kernel/kube/object/resources.ts";
import type { Secret } from "../../../kernel/secret/secret.ts";
import { type ManagedFields, ownedFields } from "./owned-fields.ts";
import type { FetchedTarget } from "./ports.ts";
import { observedTargetOf } from "./reduce-target.ts";

/** The Secret as it is now, with its values and which of them `fieldManager` wrote; undefined where there is none. */
export async function fetchTarget(
  kube: Kube,
  ref: ObjectRef,
  fieldManager: string,
  printKey: Secret,
  signal: AbortSignal,
): Promise<FetchedTarget | undefined> {
  const secrets = kube.namespaced(Secrets, ref.namespace ?? "");
  let secret: SecretObject & { readonly metadata: { readonly managedFields?: readonly ManagedFields[] } };
  try {
    secret = await secrets.get(ref.name, { signal, managedFields: true });
  } catch (error) {
    if (error instanceof KustodyError && error.code === "KST_KUBE_NOT_FOUND") return undefined;
    throw error;
  }
  const data = new Map(Object.entries(secret.data ?? {}));
  return {
    observed: observedTargetOf(secret, printKey),
    data,
    own: ownedFields(secret.metadata.managedFields, fieldManager),
    [Symbol.dispose]: () => {
      for (const value of data.values()) value.dispose();
    },
  };
}
