import { z } from "zod";
import { condition } from "./external-secret-spec.ts";
import { namespaceName } from "./object-name.ts";

const labelSelector = z
  .object({
    matchLabels: z.record(z.string(), z.string()).optional(),
    matchExpressions: z
      .array(
        z.object({
          key: z.string(),
          operator: z.enum(["In", "NotIn", "Exists", "DoesNotExist"]),
          values: z.array(z.string()).optional(),
        }),
      )
      .optional(),
  })
  .meta({ "x-kubernetes-map-type": "atomic" });
export type LabelSelector = z.infer<typeof labelSelector>;

/** From which namespaces a ClusterSecretStore may be used: any one that matches is enough. */
export const storeCondition = z.object({
  namespaceSelector: labelSelector.optional().describe("Namespaces by label."),
  namespaces: z.array(namespaceName).optional().describe("Namespaces by name."),
  namespaceRegexes: z.array(z.string()).optional().describe("Namespaces by regular expression (RE2)."),
});
export type StoreCondition = z.infer<typeof storeCondition>;

/**
 * The spec of a SecretStore or ClusterSecretStore of external-secrets.io/v1. `provider` has one member, named by the
 * provider's kind; its fields are read by the store itself, and providers that we don't know stay untouched.
 */
export const secretStoreSpec = z.object({
  controller: z
    .string()
    .optional()
    .describe("The class of the controller that looks after it; any where it is absent."),
  provider: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .meta({ minProperties: 1, maxProperties: 1 })
    .describe("One member, named after the kind of provider."),
  retrySettings: z
    .object({ maxRetries: z.int32().optional(), retryInterval: z.string().optional() })
    .optional()
    .describe("How often a failed request to the provider is repeated."),
  refreshInterval: z
    .union([z.int(), z.string()])
    .optional()
    .describe("How often the store itself is checked: seconds, or a Go duration."),
  conditions: z
    .array(storeCondition)
    .optional()
    .describe("From which namespaces a ClusterSecretStore may be used: any one that matches is enough."),
});
export type SecretStoreSpec = z.infer<typeof secretStoreSpec>;

export const secretStoreStatus = z.object({
  capabilities: z.string().optional().describe("ReadOnly, WriteOnly or ReadWrite."),
  conditions: z.array(condition).optional(),
});
export type SecretStoreStatus = z.infer<typeof secretStoreStatus>;
