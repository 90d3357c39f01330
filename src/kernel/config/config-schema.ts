import { z } from "zod";
import { SEVERITIES } from "../finding/finding.ts";

const text = z.string().min(1).max(4096);

/**
 * Everything that can be configured: the one source of the type, of validation, of the flags' and variables' names, and
 * of the reference. A leaf's description is what `--help` prints.
 */
export const configSchema = z.strictObject({
  kubeconfig: text.optional().describe("path of a kubeconfig file"),
  context: text.optional().describe("context of the kubeconfig to use"),
  namespace: text.max(63).optional().describe("namespace to work in"),
  output: z.enum(["text", "json", "sarif", "junit"]).default("text").describe("form of what is printed"),
  failOn: z.enum(SEVERITIES).default("low").describe("least severity of a finding that makes the exit code 1"),
  color: z.enum(["auto", "always", "never"]).default("auto").describe("colours: auto means only on a terminal"),
  log: z
    .strictObject({
      level: z
        .enum(["debug", "info", "warn", "error", "silent"])
        .default("info")
        .describe("least level that is logged"),
      format: z.enum(["auto", "json", "text"]).default("auto").describe("auto means text on a terminal, else JSON"),
    })
    .prefault({}),
  metrics: z
    .strictObject({
      listen: text
        .regex(/^(\[[0-9a-fA-F:.]+\]|[^:\s[\]]*):\d{1,5}$/, "must be host:port")
        .optional()
        .describe("host:port that serves metrics"),
    })
    .prefault({}),
  check: z
    .strictObject({
      exclude: z.array(text).max(1000).default([]).describe("paths that kustody check leaves out, as globs"),
    })
    .prefault({}),
});

export type Config = DeepReadonly<z.output<typeof configSchema>>;

/** One value that can be set: as `log.level` in the file, `--log-level` as a flag, `KUSTODY_LOG_LEVEL` in the environment. */
export interface ConfigField {
  readonly path: readonly string[];
  readonly key: string;
  readonly flag: string;
  readonly variable: string;
  readonly description: string;
  readonly isList: boolean;
  readonly schema: z.ZodType;
}

export const CONFIG_FIELDS: readonly ConfigField[] = leavesOf(configSchema, []);

function leavesOf(schema: z.ZodObject, parents: readonly string[]): ConfigField[] {
  return Object.entries(schema.shape).flatMap(([name, value]) => {
    const path = [...parents, name];
    const inner = core(value as z.ZodType);
    if (inner instanceof z.ZodObject) return leavesOf(inner, path);
    const words = path.join("-").replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return {
      path,
      key: path.join("."),
      flag: `--${words}`,
      variable: `KUSTODY_${words.replaceAll("-", "_").toUpperCase()}`,
      description: (value as z.ZodType).description ?? "",
      isList: inner instanceof z.ZodArray,
      schema: value as z.ZodType,
    };
  });
}

/** The schema inside default, prefault and optional. */
function core(schema: z.ZodType): z.ZodType {
  const wrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional;
  return wrapped ? core(schema.def.innerType as z.ZodType) : schema;
}

type DeepReadonly<T> = T extends (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;
