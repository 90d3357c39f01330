import { stringify } from "yaml";

/** `value` as one YAML document, one line per scalar, always the same for the same value. */
export function writeYaml(value: unknown): string {
  return writeIndentedYaml(value, 2);
}

/** The same with another indentation, for text that is put into a file of somebody else's. */
export function writeIndentedYaml(value: unknown, indent: number): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false, indent });
}
