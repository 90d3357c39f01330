import { CONFIG_FIELDS } from "./config-schema.ts";
import type { LoadedConfig } from "./load-config.ts";

/** Every field, one a line: key, value as JSON (nothing where it isn't set), and where the value comes from. */
export function describeConfig({ config, origins }: LoadedConfig): string {
  const rows = CONFIG_FIELDS.map(({ key, path }) => {
    const value = path.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], config);
    return [key, value === undefined ? "" : JSON.stringify(value), origins.get(key) ?? "default"] as const;
  });
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  return rows.map(([key, value, origin]) => `${key.padEnd(width(0))}  ${value.padEnd(width(1))}  ${origin}\n`).join("");
}
