import type { KubeObject } from "../../../kernel/kube/manifests/manifest.ts";
import { asRecord, asText } from "../../../kernel/untyped.ts";
import { inField } from "./credential-fields.ts";
import type { FieldCredential } from "./field-credential.ts";

/** The credentials in a ConfigMap: by a key's name, by the value, and line by line in its texts. */
export function* configMapValues(object: KubeObject): Generator<FieldCredential> {
  for (const [key, entry] of Object.entries(asRecord(object["data"]))) {
    const value = asText(entry);
    if (value !== undefined) yield* inField(key, value, ["data", key]);
  }
}
