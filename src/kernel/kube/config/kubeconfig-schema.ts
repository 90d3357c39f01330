import { z } from "zod";
import { Secret } from "../../secret/secret.ts";

/** The parts of `clientcmd/api/v1` Config that Kustody uses. Whatever is secret is wrapped as it is parsed. */
const optionalText = z.string().optional();
const secretText = z.string().transform((text) => Secret.fromText(text));
const secretBase64 = z.string().transform((text) => Secret.fromBytes(Buffer.from(text, "base64")));
const pemBase64 = z.string().transform((text) => Buffer.from(text, "base64").toString("latin1"));

const cluster = z.object({
  server: optionalText,
  "tls-server-name": optionalText,
  "insecure-skip-tls-verify": z.boolean().optional(),
  "certificate-authority": optionalText,
  "certificate-authority-data": pemBase64.optional(),
  /** May hold `user:password@`. */
  "proxy-url": secretText.optional(),
});

const exec = z.object({
  apiVersion: z.string(),
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: secretText })).nullish(),
  installHint: optionalText,
  provideClusterInfo: z.boolean().optional(),
  interactiveMode: z.enum(["Never", "IfAvailable", "Always"]).optional(),
});

const user = z.object({
  token: secretText.optional(),
  tokenFile: optionalText,
  "client-certificate": optionalText,
  "client-certificate-data": pemBase64.optional(),
  "client-key": optionalText,
  "client-key-data": secretBase64.optional(),
  exec: exec.nullish(),
  username: optionalText,
  password: secretText.optional(),
  "auth-provider": z.unknown().optional(),
  as: optionalText,
});

const context = z.object({ cluster: z.string().default(""), user: z.string().default(""), namespace: optionalText });

const named = <K extends string, S extends z.ZodType>(key: K, schema: S) =>
  z.array(z.object({ name: z.string(), [key]: schema } as { name: z.ZodString } & Record<K, S>)).nullish();

export const kubeconfigSchema = z.object({
  "current-context": optionalText,
  clusters: named("cluster", cluster),
  users: named("user", user),
  contexts: named("context", context),
});

export type ParsedKubeconfig = z.output<typeof kubeconfigSchema>;
export type KubeconfigCluster = z.output<typeof cluster>;
export type KubeconfigUser = z.output<typeof user>;
export type KubeconfigContext = z.output<typeof context>;
export type KubeconfigExec = z.output<typeof exec>;
