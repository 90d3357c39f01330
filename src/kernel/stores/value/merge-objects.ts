import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import { writeGoJson } from "./go-json.ts";
import { type JsonNode, parseJson } from "./json-node.ts";
import { memberText } from "./member-text.ts";

/** JSON objects as one: of equal names the last counts. It stands on the bytes of what it was made of. */
export interface MergedObjects {
  /** Names that more than one object has, sorted. */
  readonly conflicts: readonly string[];
  /** Each member by itself, as `extractObject` gives it. The caller's. */
  entries(): Map<string, Secret>;
  /** One JSON object, as ESO writes it: names sorted, `<`, `>` and `&` as they are. The caller's. */
  json(): Secret;
}

/**
 * Merges JSON objects, of which later ones win. They stay the caller's, and must live as long as the result is used. A door.
 *
 * @throws KST_VALUE_NOT_OBJECT naming the first that is something else; null counts as an empty one.
 */
export function mergeObjects(objects: Iterable<readonly [key: string, value: Secret]>): MergedObjects {
  const members = new Map<string, JsonNode>();
  const conflicts = new Set<string>();
  for (const [key, secret] of objects) {
    const root = parseJson(secret.unwrap());
    if (root === undefined || (root.kind !== "object" && root.kind !== "null")) {
      throw new KustodyError(
        "KST_VALUE_NOT_OBJECT",
        `the value under ${JSON.stringify(key.slice(0, 253))} is not a JSON object`,
        { hint: "merge works on JSON objects alone" },
      );
    }
    const own = new Map(root.members.map(({ name, value }) => [name, value]));
    for (const [name, value] of own) {
      if (members.has(name)) conflicts.add(name);
      members.set(name, value);
    }
  }
  return {
    conflicts: [...conflicts].map(textOf).sort(),
    entries: () => new Map([...members].map(([name, node]) => [textOf(name), Secret.fromBytes(memberText(node))])),
    json() {
      const all = [...members].map(([name, value]) => ({ name, rawName: Buffer.from(name, "latin1"), value }));
      const nowhere = { bytes: Buffer.alloc(0), start: 0, end: 0, items: [] };
      const object: JsonNode = { kind: "object", ...nowhere, members: all };
      return Secret.fromBytes(writeGoJson(object, { escapeHtml: false, numbers: "float64" }));
    },
  };
}

const textOf = (name: string): string => Buffer.from(name, "latin1").toString("utf8");
