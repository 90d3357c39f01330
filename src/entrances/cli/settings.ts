import type { Command } from "commander";
import { CONFIG_FIELDS } from "../../kernel/config/config-schema.ts";
import { type LoadedConfig, loadConfig } from "../../kernel/config/load-config.ts";

/** Adds `--config` and the flags of these configuration fields (`failOn` becomes `--fail-on`) to a command. */
export function addSettings(command: Command, keys: readonly string[]): void {
  for (const { key, flag, description, isList } of CONFIG_FIELDS) {
    if (keys.includes(key)) command.option(`${flag} <${isList ? "value..." : "value"}>`, description);
  }
  command.option("--config <file>", "configuration file (default: kustody.yaml in this folder)");
}

/** The configuration with the flags that this call gave. */
export async function settingsOf(command: Command): Promise<LoadedConfig> {
  const given = command.opts<Record<string, string | readonly string[] | undefined>>();
  // Commander names --fail-on failOn and --log-level logLevel, which is the field's path in camel case.
  const flags = Object.fromEntries(
    CONFIG_FIELDS.map(({ key, path }) => [
      key,
      given[path.map((name, at) => (at === 0 ? name : capital(name))).join("")],
    ]),
  );
  const file = given["config"];
  return await loadConfig(typeof file === "string" ? { flags, file } : { flags });
}

function capital(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}
