import { z } from "zod";

/** The selectors of external-secrets.io/v1, as they stand in a store's specification. */
export const secretSelector = z.object({
  name: z.string().optional(),
  namespace: z.string().optional(),
  key: z.string().optional(),
});

export const serviceAccountSelector = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  audiences: z.array(z.string()).optional(),
});

export const caProvider = z.object({
  type: z.enum(["Secret", "ConfigMap"]),
  name: z.string(),
  key: z.string().optional(),
  namespace: z.string().optional(),
});

export const connectionTrust = { caBundle: z.string().optional(), caProvider: caProvider.optional() };
