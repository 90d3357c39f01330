import { Secret } from "../../secret/secret.ts";
import type { StoreError, WriteCondition } from "../store.ts";
import { parseJson } from "../value/json-node.ts";

/** The check-and-set parameter of a condition: the version that must be the newest, 0 for none; undefined without a condition. */
export function casOf(engine: "v1" | "v2", condition: WriteCondition | undefined): number | undefined | StoreError {
  if (condition === undefined) return undefined;
  if (engine === "v1") return { error: "invalid", message: "kv version 1 has no conditional writes" };
  if ("ifAbsent" in condition) return 0;
  if (/^[1-9][0-9]{0,8}$/.test(condition.ifVersion)) return Number(condition.ifVersion);
  return { error: "invalid", message: "a version of Vault's is a number" };
}

/** The body of a write, or undefined when the value is no JSON object. It belongs to the caller. A door. */
export function writeBody(engine: "v1" | "v2", value: Secret, cas: number | undefined): Secret | undefined {
  const bytes = value.unwrap();
  const isText = Buffer.from(bytes.toString("utf8")).equals(bytes);
  if (!isText || parseJson(bytes)?.kind !== "object") return undefined;
  if (engine === "v1") return Secret.fromBytes(Buffer.from(Uint8Array.from(bytes)));
  const options = cas === undefined ? "" : `"options":{"cas":${cas}},`;
  return Secret.fromBytes(Buffer.concat([Buffer.from(`{${options}"data":`), bytes, Buffer.from("}")]));
}
