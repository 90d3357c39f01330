import { z } from "zod";
import { DATA_FROM_RULES, SPEC_RULES } from "./external-secret-rules.ts";
import { dataKey, objectName } from "./object-name.ts";
import { find, remoteRef, rewrite, sourceRef, storeRef } from "./remote-ref.ts";

const templateItem = z.object({ key: dataKey, templateAs: z.enum(["Values", "KeysAndValues"]).optional() });
const templateSource = z.object({ name: objectName, items: z.array(templateItem) });

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

export type Template = z.infer<typeof template>;

export const target = z.object({
  name: objectName.optional().describe("The ExternalSecret's own name where it is absent."),
  creationPolicy: z
    .enum(["Owner", "Orphan", "Merge", "None", "CreateOrMerge"])
    .optional()
    .describe("Who creates and owns the Secret. Owner where it is absent."),
  deletionPolicy: z
    .enum(["Delete", "Merge", "Retain"])
    .optional()
    .describe("What becomes of the Secret when the provider has nothing any more. Retain where it is absent."),
  immutable: z.boolean().optional().describe("The Secret is made immutable."),
  manifest: z
    .object({ apiVersion: z.string().min(1), kind: z.string().min(1) })
    .optional()
    .describe("Another kind of object than a Secret to write to."),
  template: template.optional(),
});
export type Target = z.infer<typeof target>;

export const dataEntry = z.object({
  secretKey: dataKey.describe("The key in the Secret."),
  remoteRef,
  sourceRef: sourceRef.optional(),
});
export type DataEntry = z.infer<typeof dataEntry>;

export const dataFromEntry = z
  .object({
    extract: remoteRef.optional().describe("Every key of one JSON value."),
    find: find.optional().describe("Every value whose name or tags match."),
    rewrite: z.array(rewrite).optional().describe("How keys are renamed, one step after the other."),
    sourceRef: sourceRef.optional(),
  })
  .meta({ "x-kubernetes-validations": DATA_FROM_RULES });
export type DataFromEntry = z.infer<typeof dataFromEntry>;

/** The spec of an ExternalSecret of external-secrets.io/v1, field by field as its API reference has it. */
export const externalSecretSpec = z
  .object({
    secretStoreRef: storeRef.optional().describe("The store of all entries that name no other."),
    target: target.optional().describe("The Secret to write."),
    refreshPolicy: z
      .enum(["CreatedOnce", "Periodic", "OnChange"])
      .optional()
      .describe("When values are read again. Periodic where it is absent."),
    refreshInterval: z
      .string()
      .optional()
      .describe("A Go duration such as 1h0m0s, which it is where it is absent. 0 reads once."),
    syncWindows: z
      .object({
        kind: z.enum(["allow", "deny"]),
        windows: z.array(z.object({ schedule: z.string(), duration: z.string() })),
      })
      .optional()
      .describe("When periodic refreshes may run, or may not: cron expressions (UTC) and durations."),
    data: z.array(dataEntry).optional().describe("Single keys; they win over those of dataFrom."),
    dataFrom: z.array(dataFromEntry).optional().describe("Many keys at once; later entries win."),
  })
  .meta({ "x-kubernetes-validations": SPEC_RULES });
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
