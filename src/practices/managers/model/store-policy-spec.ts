import { z } from "zod";
import { namespaceName, objectName } from "./object-name.ts";
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
        name: objectName,
        namespace: namespaceName.optional().describe("Of a SecretStore; a ClusterSecretStore has none."),
      }),
    )
    .min(1)
    .max(100)
    .describe("The stores that this policy closes."),
  rules: z
    .array(
      z.object({
        namespaces: z.array(storeCondition).min(1).max(100).describe("Who may: any one that matches is enough."),
        keys: z
          .array(z.string().min(1).max(1024))
          .min(1)
          .max(100)
          .describe(
            "Patterns of keys: * stands for any characters but /, ** for any, {namespace} for the asking namespace.",
          ),
      }),
    )
    .max(100)
    .describe("What is allowed; everything else of these stores is refused."),
});
export type StorePolicySpec = z.infer<typeof storePolicySpec>;
