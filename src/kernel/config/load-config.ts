import { readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { KustodyError } from "../errors.ts";
import { closestName } from "./closest-name.ts";
import { CONFIG_FIELDS, type Config, configSchema } from "./config-schema.ts";
import type { Variables } from "./environment.ts";
import { readConfigFile } from "./read-config-file.ts";

/** Where a value comes from, such as `--fail-on`, `KUSTODY_FAIL_ON`, `kustody.yaml:3` or `default`. */
export type Origin = string;

export interface LoadedConfig {
  /** Frozen to its leaves. */
  readonly config: Config;
  /** By the key of each field, such as `log.level`. */
  readonly origins: ReadonlyMap<string, Origin>;
}

export interface ConfigSources {
  /** Flags that were given, by field key (`log.level`). */
  readonly flags?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** What `--config` names. */
  readonly file?: string;
  readonly variables?: Variables;
  readonly folder?: string;
}

interface Layered {
  readonly value: unknown;
  readonly origin: Origin;
}

const FILE_NAME = "kustody.yaml";

/**
 * Reads the configuration. A flag wins over a `KUSTODY_*` variable, that over the file, that over the default; a list is
 * replaced as a whole. The file is the one that `--config` or KUSTODY_CONFIG names, which must then exist, else
 * `kustody.yaml` in the working folder if there is one. Every mistake in all of them is reported at once.
 *
 * Errors: KST_CONFIG_INVALID; KST_INPUT_UNREADABLE for a named file that can't be read.
 *
 * @example
 * const { config } = await loadConfig({ flags: { failOn: "high" } });
 */
export async function loadConfig(sources: ConfigSources = {}): Promise<LoadedConfig> {
  const variables = sources.variables ?? process.env;
  const folder = sources.folder ?? process.cwd();
  const problems: string[] = [];
  const layers = new Map<string, Layered>();

  const named = sources.file ?? (variables["KUSTODY_CONFIG"] || undefined);
  const path = named ?? join(folder, FILE_NAME);
  if (named !== undefined || (await exists(path))) {
    const name = named ?? (relative(folder, path) || path);
    const file = readConfigFile(await readText(path, name), name);
    problems.push(...file.problems);
    for (const [key, layered] of file.values) layers.set(key, layered);
  }
  problems.push(...misspeltVariables(variables));
  for (const field of CONFIG_FIELDS) {
    const variable = variables[field.variable];
    if (variable !== undefined && variable !== "") {
      const value = field.isList ? variable.split(",").map((part) => part.trim()) : variable;
      layers.set(field.key, { value, origin: field.variable });
    }
    const flag = sources.flags?.[field.key];
    if (flag !== undefined) layers.set(field.key, { value: flag, origin: field.flag });

    const layered = layers.get(field.key);
    if (layered === undefined) continue;
    const parsed = field.schema.safeParse(layered.value);
    if (!parsed.success)
      problems.push(`${layered.origin}: ${field.key}: ${parsed.error.issues[0]?.message ?? "invalid"}`);
  }
  if (problems.length > 0) {
    throw new KustodyError("KST_CONFIG_INVALID", `the configuration has mistakes:\n  ${problems.join("\n  ")}`, {
      hint: "correct them; `kustody config` then prints every field with its value and where that comes from",
    });
  }
  return {
    config: deepFreeze(configSchema.parse(nest(layers))),
    origins: new Map(CONFIG_FIELDS.map(({ key }) => [key, layers.get(key)?.origin ?? "default"])),
  };
}

/**
 * Variables that look like one of ours with a slip. Others that begin with KUSTODY_ are left alone: Kubernetes itself
 * sets KUSTODY_SERVICE_HOST, KUSTODY_PORT_443_TCP and the like in every pod beside a Service named kustody.
 */
function misspeltVariables(variables: Variables): string[] {
  const known = new Set(["KUSTODY_CONFIG", ...CONFIG_FIELDS.map((field) => field.variable)]);
  const suffixes = [...known].map((name) => name.slice("KUSTODY_".length));
  return Object.keys(variables)
    .filter((name) => name.startsWith("KUSTODY_") && !known.has(name))
    .flatMap((name) => {
      const meant = closestName(name.slice("KUSTODY_".length), suffixes);
      return meant === undefined ? [] : [`${name}: unknown variable, did you mean KUSTODY_${meant}?`];
    });
}

function nest(layers: ReadonlyMap<string, Layered>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const { path, key } of CONFIG_FIELDS) {
    const layered = layers.get(key);
    if (layered === undefined) continue;
    let at = root;
    for (const name of path.slice(0, -1)) at = (at[name] ??= {}) as Record<string, unknown>;
    at[path.at(-1) ?? ""] = layered.value;
  }
  return root;
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

async function readText(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new KustodyError("KST_INPUT_UNREADABLE", `cannot read the configuration file ${name}`, {
      hint: "check the path and its permissions",
      cause,
    });
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}
