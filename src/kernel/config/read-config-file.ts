import { parseYaml } from "../yaml/parse-yaml.ts";
import { closestName } from "./closest-name.ts";
import { CONFIG_FIELDS } from "./config-schema.ts";

/** What a file sets, by field key, and what is wrong with it; values themselves are validated later, with the others. */
export interface ConfigFile {
  readonly values: ReadonlyMap<string, { readonly value: unknown; readonly origin: string }>;
  readonly problems: readonly string[];
}

const MAX_LENGTH = 256 * 1024;

/** Takes the text of a kustody.yaml apart; `name` stands in origins and problems, as `kustody.yaml:3`. */
export function readConfigFile(text: string, name: string): ConfigFile {
  const parsed = parseYaml(text, { maxLength: MAX_LENGTH, maxDepth: 8 });
  if (!parsed.ok) {
    return { values: new Map(), problems: [`${name}:${parsed.line}: ${parsed.reason}`] };
  }
  const values = new Map<string, { value: unknown; origin: string }>();
  const problems: string[] = [];
  const origin = (path: readonly string[]) => `${name}:${parsed.locate(path).line}`;

  const visit = (value: unknown, path: readonly string[]): void => {
    const key = path.join(".");
    if (CONFIG_FIELDS.some((field) => field.key === key)) {
      // A key without a value says as much as no key.
      if (value !== null) values.set(key, { value, origin: origin(path) });
      return;
    }
    const children = childrenOf(path);
    if (children.size === 0) {
      const siblings = childrenOf(path.slice(0, -1));
      const meant = closestName(path.at(-1) ?? "", siblings) ?? misplaced(path.at(-1) ?? "");
      const hint = meant === undefined ? `known here: ${[...siblings].join(", ")}` : `did you mean ${meant}?`;
      problems.push(`${origin(path)}: unknown key ${JSON.stringify(key)}, ${hint}`);
    } else if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [child, inner] of Object.entries(value)) visit(inner, [...path, child]);
    } else if (value !== null) {
      problems.push(`${origin(path)}: ${key === "" ? "the file" : key} must be a mapping`);
    }
  };
  visit(parsed.value, []);
  return { values, problems };
}

function childrenOf(path: readonly string[]): ReadonlySet<string> {
  return new Set(
    CONFIG_FIELDS.filter((field) => path.every((name, i) => field.path[i] === name)).flatMap(
      (field) => field.path[path.length] ?? [],
    ),
  );
}

/** A field's right name under a wrong parent, such as a `level` at the top. */
function misplaced(name: string): string | undefined {
  return CONFIG_FIELDS.find((field) => field.path.at(-1) === name)?.key;
}
