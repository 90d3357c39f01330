import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { asRecord, asText } from "../../kernel/untyped.ts";
import { credentialInText } from "../../model/credentials/credentials-in-text.ts";
import { literalCredential } from "../../model/credentials/literal-credential.ts";
import type { ConfigMapEntry } from "./model.ts";

/** The keys of a ConfigMap: a value on one line is judged by its key's name too, a text line by line. */
export function configMapEntriesOf(object: KubeObject): Iterable<ConfigMapEntry> | undefined {
  if (object.kind !== "ConfigMap" || object.apiVersion !== "v1") return undefined;
  return entriesOf(object);
}

function* entriesOf(object: KubeObject): Generator<ConfigMapEntry> {
  for (const [key, entry] of Object.entries(asRecord(object["data"]))) {
    const value = asText(entry);
    if (value === undefined) continue;
    const direct = literalCredential(key, value.trimEnd());
    const inText = direct === undefined || value.includes("\n") ? credentialInText(value) : undefined;
    yield { object, key, sign: inText?.sign ?? direct, line: inText?.line, property: inText?.property };
  }
}
