import { z } from "zod";
import { find, remoteRef, rewrite, sourceRef, storeRef } from "./remote-ref.ts";

const templateItem = z.object({ key: z.string(), templateAs: z.enum(["Values", "KeysAndValues"]).optional() });
const templateSource = z.object({ name: z.string(), items: z.array(templateItem) });

export const template = z.object({
  type: z.string().optional(),
  engineVersion: z.enum(["v2"]).optional(),
  mergePolicy: z.enum(["Replace", "Merge"]).optional(),
  metadata: z
    .object({
      labels: z.record(z.string(), z.string()).optional(),
      annotations: z.record(z.string(), z.string()).optional(),
      finalizers: z.array(z.string()).optional(),
    })
    .optional(),
  data: z.record(z.string(), z.string()).optional(),
  templateFrom: z
    .array(
      z.object({
        configMap: templateSource.optional(),
        secret: templateSource.optional(),
        literal: z.string().optional(),
        target: z.string().optional(),
        valuesDecodingStrategy: z.enum(["None", "Auto", "Base64", "Base64URL"]).optional(),
      }),
    )
    .optional(),
});

export const target = z.object({
  name: z.string().max(253).optional(),
  creationPolicy: z.enum(["Owner", "Orphan", "Merge", "None", "CreateOrMerge"]).optional(),
  deletionPolicy: z.enum(["Delete", "Merge", "Retain"]).optional(),
  immutable: z.boolean().optional(),
  manifest: z.object({ apiVersion: z.string(), kind: z.string() }).optional(),
  template: template.optional(),
});
export type Target = z.infer<typeof target>;

export const dataEntry = z.object({
  secretKey: z
    .string()
    .min(1)
    .max(253)
    .regex(/^[-._a-zA-Z0-9]+$/),
  remoteRef,
  sourceRef: sourceRef.optional(),
});
export type DataEntry = z.infer<typeof dataEntry>;

export const dataFromEntry = z.object({
  extract: remoteRef.optional(),
  find: find.optional(),
  rewrite: z.array(rewrite).optional(),
  sourceRef: sourceRef.optional(),
});
export type DataFromEntry = z.infer<typeof dataFromEntry>;

/** The spec of an ExternalSecret of external-secrets.io/v1, field by field as its API reference has it. */
export const externalSecretSpec = z.object({
  secretStoreRef: storeRef.optional(),
  target: target.optional(),
  refreshPolicy: z.enum(["CreatedOnce", "Periodic", "OnChange"]).optional(),
  /** A Go duration, such as `1h0m0s`. */
  refreshInterval: z.string().optional(),
  syncWindows: z
    .object({
      kind: z.enum(["allow", "deny"]),
      windows: z.array(z.object({ schedule: z.string(), duration: z.string() })),
    })
    .optional(),
  data: z.array(dataEntry).optional(),
  dataFrom: z.array(dataFromEntry).optional(),
});
export type ExternalSecretSpec = z.infer<typeof externalSecretSpec>;

export const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
  lastTransitionTime: z.iso.datetime({ offset: true }).optional(),
});
export type Condition = z.infer<typeof condition>;

export const externalSecretStatus = z.object({
  refreshTime: z.iso.datetime({ offset: true }).nullable().optional(),
  syncedResourceVersion: z.string().optional(),
  conditions: z.array(condition).optional(),
  binding: z.object({ name: z.string().optional() }).optional(),
});
export type ExternalSecretStatus = z.infer<typeof externalSecretStatus>;
