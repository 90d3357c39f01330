import { isUtf8 } from "node:buffer";
import { Secret } from "../../secret/secret.ts";
import { quoteGoJson } from "./go-json.ts";

export interface JoinedObject {
  readonly value: Secret;
  /** How the members are written: all in base64 as soon as one of them is no UTF-8, since JSON carries text alone. */
  readonly encoding: "text" | "base64";
}

/** Entries as one JSON object, names sorted: what `extractObject` takes apart again. They stay the caller's. A door. */
export function joinObject(entries: ReadonlyMap<string, Secret>): JoinedObject {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const isText = sorted.every(([, secret]) => isUtf8(secret.unwrap()));
  const parts = sorted.flatMap(([name, secret], index) => {
    const bytes = secret.unwrap();
    const text = isText ? bytes : Buffer.from(bytes.toString("base64"), "latin1");
    return [Buffer.from(`${index === 0 ? "" : ","}${JSON.stringify(name)}:`), quoteGoJson(text, false)];
  });
  const json = Buffer.concat([Buffer.from("{"), ...parts, Buffer.from("}")]);
  for (const part of parts) part.fill(0);
  return { value: Secret.fromBytes(json), encoding: isText ? "text" : "base64" };
}
