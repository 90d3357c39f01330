import { z } from "zod";

/** How keys and values are changed on their way. Absent means the first of each: no default is written into objects. */
const strategies = {
  conversionStrategy: z.enum(["Default", "Unicode"]).optional(),
  decodingStrategy: z.enum(["None", "Auto", "Base64", "Base64URL"]).optional(),
  nullBytePolicy: z.enum(["Ignore", "Fail"]).optional(),
};

/** One remote key, and what of it is wanted. */
export const remoteRef = z.object({
  key: z.string(),
  property: z.string().optional(),
  version: z.string().optional(),
  metadataPolicy: z.enum(["None", "Fetch"]).optional(),
  ...strategies,
});
export type RemoteRef = z.infer<typeof remoteRef>;

/** Which keys, by what they are called or tagged. */
export const find = z.object({
  path: z.string().optional(),
  name: z.object({ regexp: z.string().optional() }).optional(),
  tags: z.record(z.string(), z.string()).optional(),
  ...strategies,
});

export const storeRef = z.object({
  name: z.string().min(1).max(253).optional(),
  kind: z.enum(["SecretStore", "ClusterSecretStore"]).optional(),
});
export type StoreRef = z.infer<typeof storeRef>;

export const generatorRef = z.object({
  apiVersion: z.string().optional(),
  kind: z.string(),
  name: z.string().min(1).max(253),
});

export const sourceRef = z.object({ storeRef: storeRef.optional(), generatorRef: generatorRef.optional() });

/** Steps that rename keys; several in a row feed each other. */
export const rewrite = z.object({
  regexp: z.object({ source: z.string(), target: z.string() }).optional(),
  transform: z.object({ template: z.string() }).optional(),
  merge: z
    .object({
      into: z.string().optional(),
      priority: z.array(z.string()).optional(),
      priorityPolicy: z.enum(["Strict", "IgnoreNotFound"]).optional(),
      conflictPolicy: z.enum(["Ignore", "Error"]).optional(),
      strategy: z.enum(["Extract", "JSON"]).optional(),
    })
    .optional(),
});
