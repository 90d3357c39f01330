import type { FieldPath } from "../../../kernel/finding/field-path.ts";
import { isRecord, type UntypedRecord } from "../../../kernel/untyped.ts";
import { namesCredential, wordsOf } from "../../../model/credentials/credential-name.ts";
import { credentialsInText } from "../../../model/credentials/credentials-in-text.ts";
import { findCredential } from "../../../model/credentials/literal-credential.ts";
import type { FieldCredential } from "./field-credential.ts";

/** What aliases can make of a small text is looked at up to here. */
const MOST_FIELDS = 200_000;

/**
 * The credentials in a tree of settings such as a chart's values: a text or number below a name that says so
 * (`auth.password`, `{name: DB_PASSWORD, value: …}`), what shows by itself, and lines of texts. References are none. Pure.
 */
export function* credentialFields(tree: unknown, path: FieldPath = []): Generator<FieldCredential> {
  const pending: { readonly value: unknown; readonly path: FieldPath; readonly name: string }[] = [
    { value: tree, path, name: "" },
  ];
  let looked = 0;
  for (let next = pending.pop(); next !== undefined && looked < MOST_FIELDS; next = pending.pop()) {
    looked += 1;
    const { value, path: at, name } = next;
    if (typeof value === "string" || typeof value === "number") yield* inField(name, String(value), at);
    else if (Array.isArray(value)) {
      for (let index = value.length - 1; index >= 0; index--)
        pending.push({ value: value[index], path: [...at, index], name });
    } else if (isRecord(value) && !isReference(value)) {
      for (const [key, member] of Object.entries(value).toReversed())
        pending.push({ value: member, path: [...at, key], name: nameOfMember(key, value) });
    }
  }
}

/** In a pair such as `{name: DB_PASSWORD, value: …}` the name stands beside. */
function nameOfMember(key: string, parent: UntypedRecord): string {
  if (key !== "value") return key;
  const name = parent["name"] ?? parent["key"];
  return typeof name === "string" ? name : key;
}

/** An entry that says where a value comes from, and what SOPS keeps about its own ciphertext. */
function isReference(record: UntypedRecord): boolean {
  return (
    isRecord(record["remoteRef"]) ||
    isRecord(record["valueFrom"]) ||
    (typeof record["mac"] === "string" && record["lastmodified"] !== undefined)
  );
}

/** A text of several lines is a configuration, looked at line by line; the name counts for a single line. */
export function* inField(name: string, value: string, path: FieldPath): Generator<FieldCredential> {
  const text = value.trimEnd();
  if (text.includes("\n")) {
    for (const { line, secret } of credentialsInText(value)) yield { path, secret, textLine: line };
    return;
  }
  const found = findCredential(name, text);
  if (found !== undefined && (found.sign !== "its name" || !namesPlace(name, text)))
    yield { path, secret: found.secret };
}

const OTHERS_NAME: ReadonlySet<string> = new Set(["existing", "tls", "pull", "cert", "ca", "ref", "image"]);
/** What a Kubernetes object may be called. */
const OBJECT_NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Whether a field tells what a Secret, or a key in one, is called: `existingSecret: db`, `tlsSecret: web`, `secretKey: password`. */
function namesPlace(name: string, value: string): boolean {
  if (!OBJECT_NAME.test(value)) return false;
  const words = wordsOf(name);
  const last = words.at(-1);
  if (last === "secret" || last === "secrets" || last === "key")
    return words.some((word) => OTHERS_NAME.has(word)) || namesCredential(value);
  return words.includes("existing");
}
