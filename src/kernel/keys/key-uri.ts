import { KustodyError } from "../errors.ts";

/** The kinds of keys, as their addresses begin. */
export const KEY_SCHEMES = ["local", "vault-transit", "aws-kms", "azure-kv", "gcp-kms"] as const;
export type KeyScheme = (typeof KEY_SCHEMES)[number];

/** The address of a key: `scheme://place?name=value`. It holds no credentials, only the files they are in. */
export interface KeyUri {
  readonly scheme: KeyScheme;
  readonly place: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Pure. Errors: KST_KEY_URI.
 *
 * @example
 * parseKeyUri("vault-transit://vault.example:8200/transit/kubernetes?auth=approle")
 */
export function parseKeyUri(text: string): KeyUri {
  const [, scheme, place = "", query = ""] = /^([a-z-]+):\/\/([^?#]+)(?:\?([^#]*))?$/.exec(text) ?? [];
  const known = KEY_SCHEMES.find((one) => one === scheme);
  if (known === undefined || text.length > 2048) {
    throw wrongKeyUri(text, `it begins with ${KEY_SCHEMES.map((one) => `${one}://`).join(", ")} and names a key`);
  }
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (parameters.has(name)) throw wrongKeyUri(text, `${name} is given twice`);
    if (value === "") throw wrongKeyUri(text, `${name} is empty`);
    parameters.set(name, value);
  }
  return { scheme: known, place, parameters };
}

/** Refuses parameters that the kind of key does not have. */
export function checkParameters(uri: KeyUri, allowed: (name: string) => boolean): void {
  const wrong = [...uri.parameters.keys()].find((name) => !allowed(name));
  if (wrong !== undefined) throw wrongKeyUri(`${uri.scheme}://${uri.place}`, `it has no parameter ${wrong}`);
}

export function wrongKeyUri(text: string, why: string): KustodyError {
  return new KustodyError("KST_KEY_URI", `the key '${text.slice(0, 200)}' cannot be understood: ${why}`, {
    hint: "see 'kustody kms serve --help'",
  });
}
