import { z } from "zod";
import { objectName } from "./object-name.ts";

/** How keys and values are changed on their way. Absent means the first of each: no default is written into objects. */
const strategies = {
  conversionStrategy: z
    .enum(["Default", "Unicode"])
    .optional()
    .describe("How characters that a Secret's key must not have are replaced. Default where it is absent."),
  decodingStrategy: z
    .enum(["None", "Auto", "Base64", "Base64URL"])
    .optional()
    .describe("How values are decoded. None where it is absent."),
  nullBytePolicy: z
    .enum(["Ignore", "Fail"])
    .optional()
    .describe("Whether a value with a NUL byte is an error. Ignore where it is absent."),
};

/** One remote key, and what of it is wanted. */
export const remoteRef = z.object({
  key: z.string().describe("Name or path of the value at the provider."),
  property: z.string().optional().describe("Path of one part of a JSON value; the whole value where it is absent."),
  version: z.string().optional().describe("Version at the provider; the newest where it is absent."),
  metadataPolicy: z
    .enum(["None", "Fetch"])
    .optional()
    .describe("Fetch reads the tags or labels of the value in its place. None where it is absent."),
  ...strategies,
});
export type RemoteRef = z.infer<typeof remoteRef>;
export type Strategies = Pick<RemoteRef, "conversionStrategy" | "decodingStrategy" | "nullBytePolicy">;

/** Which keys, by what they are called or tagged. */
export const find = z.object({
  path: z.string().optional().describe("Where to begin looking."),
  name: z
    .object({ regexp: z.string().optional() })
    .optional()
    .describe("A regular expression (RE2) that the key's name matches."),
  tags: z.record(z.string(), z.string()).optional().describe("Tags that the key has at the provider."),
  ...strategies,
});

export type Find = z.infer<typeof find>;

export const storeRef = z.object({
  name: objectName.optional(),
  kind: z.enum(["SecretStore", "ClusterSecretStore"]).optional().describe("SecretStore where it is absent."),
});
export type StoreRef = z.infer<typeof storeRef>;

export const generatorRef = z.object({
  apiVersion: z.string().optional(),
  kind: z.string(),
  name: objectName,
});

/** Overrides where one value comes from: exactly one of the two. */
export const sourceRef = z
  .object({ storeRef: storeRef.optional(), generatorRef: generatorRef.optional() })
  .meta({ minProperties: 1, maxProperties: 1 });

/** Steps that rename keys; several in a row feed each other. */
export const rewrite = z
  .object({
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
  })
  .meta({ minProperties: 1, maxProperties: 1 });
export type Rewrite = z.infer<typeof rewrite>;
export type RewriteMerge = NonNullable<Rewrite["merge"]>;
