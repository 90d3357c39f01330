import { z } from "zod";
import { condition } from "./external-secret-spec.ts";

const labelSelector = z.object({
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
});
export type LabelSelector = z.infer<typeof labelSelector>;

/** From which namespaces a ClusterSecretStore may be used: any one that matches is enough. */
export const storeCondition = z.object({
  namespaceSelector: labelSelector.optional(),
  namespaces: z.array(z.string().max(63)).optional(),
  namespaceRegexes: z.array(z.string()).optional(),
});
export type StoreCondition = z.infer<typeof storeCondition>;

/**
 * The spec of a SecretStore or ClusterSecretStore of external-secrets.io/v1. `provider` has one member, named by the
 * provider's kind; its fields are read by the store itself, and providers that we don't know stay untouched.
 */
export const secretStoreSpec = z.object({
  controller: z.string().optional(),
  provider: z.record(z.string(), z.unknown()),
  retrySettings: z.object({ maxRetries: z.int().optional(), retryInterval: z.string().optional() }).optional(),
  /** Seconds, or a Go duration. */
  refreshInterval: z.union([z.int(), z.string()]).optional(),
  conditions: z.array(storeCondition).optional(),
});
export type SecretStoreSpec = z.infer<typeof secretStoreSpec>;

export const secretStoreStatus = z.object({
  capabilities: z.enum(["ReadOnly", "WriteOnly", "ReadWrite"]).optional(),
  conditions: z.array(condition).optional(),
});
export type SecretStoreStatus = z.infer<typeof secretStoreStatus>;
