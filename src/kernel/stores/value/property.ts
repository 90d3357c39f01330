import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import { copySecret } from "../copy-secret.ts";
import { getPath } from "./gjson/get-path.ts";
import { parseJson } from "./json-node.ts";
import { memberText } from "./member-text.ts";

/**
 * The part of a remote value that `remoteRef.property` names, as ESO finds it: first a member of exactly that name, then
 * a gjson path. Without a property it is the whole value. The result belongs to the caller. A door.
 *
 * @throws KST_VALUE_PROPERTY when the value has no such part.
 */
export function propertyOf(value: Secret, property: string | undefined): Secret {
  if (property === undefined || property === "") return copySecret(value);
  const root = parseJson(value.unwrap());
  const member = root?.members.findLast(({ name }) => name === Buffer.from(property).toString("latin1"));
  const found = member === undefined ? root && getPath(root, property) : memberText(member.value);
  if (found !== undefined) return Secret.fromBytes(found);
  throw missingProperty(property, root === undefined ? "the value is not JSON" : "the value has no such part");
}

/**
 * As `propertyOf`, of a value that comes as named fields (a Kubernetes Secret): first the field of exactly that name, then,
 * as ESO's kubernetes provider does, the field before the first dot with the rest as a gjson path in it. A door.
 */
export function propertyOfFields(fields: ReadonlyMap<string, Secret>, property: string): Secret {
  const whole = fields.get(property);
  if (whole !== undefined) return copySecret(whole);
  const [, name = "", path = ""] = /^([^.]+)\.(.+)$/s.exec(property) ?? [];
  const field = fields.get(name);
  const root = field === undefined ? undefined : parseJson(field.unwrap());
  const found = root && getPath(root, path);
  if (found !== undefined) return Secret.fromBytes(found);
  throw missingProperty(property, "there is no such field");
}

function missingProperty(property: string, why: string): KustodyError {
  return new KustodyError(
    "KST_VALUE_PROPERTY",
    `cannot take property ${JSON.stringify(property.slice(0, 200))}: ${why}`,
    {
      hint: "compare the property with the remote value; a dot in a name is written \\.",
    },
  );
}
