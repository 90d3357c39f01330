import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import { parseJson } from "./json-node.ts";
import { memberText } from "./member-text.ts";

/**
 * `dataFrom.extract`: a JSON object spread over keys. See `memberText` for what becomes of its members. The Secrets belong
 * to the caller. A door.
 *
 * @throws KST_VALUE_NOT_OBJECT when the value is something else.
 */
export function extractObject(value: Secret): Map<string, Secret> {
  const root = parseJson(value.unwrap());
  if (root?.kind !== "object") {
    throw new KustodyError("KST_VALUE_NOT_OBJECT", "the value is not a JSON object", {
      hint: "use data for a plain value, or name the property that holds the object",
    });
  }
  const entries = new Map<string, Secret>();
  for (const { name, value: member } of root.members) {
    const key = Buffer.from(name, "latin1").toString("utf8");
    entries.get(key)?.dispose();
    entries.set(key, Secret.fromBytes(memberText(member)));
  }
  return entries;
}
