import { z } from "zod";
import { storeCondition } from "./secret-store-spec.ts";

/**
 * `StorePolicy` of kustody.dev/v1alpha1, cluster-scoped: which namespaces may read which keys of which store. A store that
 * no policy names stays open to every namespace that its own conditions admit; once one names it, only what some rule
 * allows is read.
 */
export const storePolicySpec = z.object({
  stores: z
    .array(
      z.object({
        kind: z.enum(["SecretStore", "ClusterSecretStore"]),
        name: z.string().min(1).max(253),
        /** For a SecretStore. */
        namespace: z.string().max(63).optional(),
      }),
    )
    .min(1)
    .max(100),
  rules: z
    .array(
      z.object({
        namespaces: z.array(storeCondition).min(1).max(100),
        /** `*` stands for any characters but `/`, `**` for any; `{namespace}` for the name of the asking namespace. */
        keys: z.array(z.string().min(1).max(1024)).min(1).max(100),
      }),
    )
    .max(100),
});
export type StorePolicySpec = z.infer<typeof storePolicySpec>;
