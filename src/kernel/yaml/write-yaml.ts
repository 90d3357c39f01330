import { stringify } from "yaml";

/** `value` as one YAML document, one line per scalar, always the same for the same value. */
export function writeYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
