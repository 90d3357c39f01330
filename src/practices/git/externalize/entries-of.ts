import { KustodyError } from "../../../kernel/errors.ts";
import type { KubeObject } from "../../../kernel/kube/manifests/manifest.ts";
import { isWrapped } from "../../../kernel/kube/manifests/wrap-secrets.ts";
import { copySecret } from "../../../kernel/stores/copy-secret.ts";
import { decodeValue } from "../../../kernel/stores/value/decode-value.ts";
import { asRecord } from "../../../kernel/untyped.ts";
import type { Entry } from "./model.ts";

/**
 * What the API server would make of a manifest's `data` and `stringData`: base64 is decoded, `stringData` wins. Else the
 * mistakes for which it would refuse the manifest. `raw` is the manifest as it was parsed, `object` the same with its
 * values wrapped.
 */
export function entriesOf(
  object: KubeObject,
  raw: KubeObject,
): ReadonlyMap<string, Entry> | { readonly mistake: string } {
  const entries = new Map<string, Entry>();
  for (const section of ["data", "stringData"] as const) {
    const texts = asRecord(raw[section]);
    for (const [key, wrapped] of Object.entries(asRecord(object[section]))) {
      const where = `${section}.${key.slice(0, 253)}`;
      if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key)) return { mistake: `${JSON.stringify(where)} is no possible key` };
      if (!isWrapped(wrapped) || !isText(texts[key])) return { mistake: `${where} is no text: put it into quotes` };
      const value = section === "data" ? decoded(wrapped.secret) : copySecret(wrapped.secret);
      if (value === undefined) return { mistake: `${where} is not base64` };
      entries.set(key, { value, written: wrapped.secret });
    }
  }
  return entries;
}

function isText(value: unknown): boolean {
  return typeof value === "string" || value === null;
}

function decoded(text: Parameters<typeof decodeValue>[0]) {
  try {
    return decodeValue(text, "Base64");
  } catch (error) {
    if (error instanceof KustodyError && error.code === "KST_VALUE_DECODE") return undefined;
    throw error;
  }
}
