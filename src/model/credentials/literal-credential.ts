import { Secret } from "../../kernel/secret/secret.ts";
import { valueShape } from "../../kernel/secret/value-shape.ts";
import { namesCredential, wordsOf } from "./credential-name.ts";

/** How a text is known to be a credential; never the text itself. */
export type CredentialSign = "its name" | "a URL with a password" | "a private key" | "a token of a known provider";

/** A credential with its value, wrapped: of a URL the password alone. */
export interface FoundCredential {
  readonly sign: CredentialSign;
  readonly secret: Secret;
}

const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----\s*[A-Za-z0-9+/=:]/;
const PROVIDER_TOKEN =
  /(?<![A-Za-z0-9_-])(?:gh[oprsu]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,}|glpat-[A-Za-z0-9_-]{20,}|xox[abeprs]-[A-Za-z0-9-]{20,}|[rs]k_live_[A-Za-z0-9]{20,}|AIza[A-Za-z0-9_-]{35}|hv[bs]\.[A-Za-z0-9_-]{24,}|npm_[A-Za-z0-9]{36}|SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{30,}|AGE-SECRET-KEY-1[A-Z0-9]{58}|eyJ[A-Za-z0-9_-]{16,}\.eyJ[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})/;
const USER_INFO = /:\/\/[^\s:@/"'<>]{0,128}:([^\s@/"'<>]{1,256})@[^\s@]/g;

/** Whether `value` shows by itself that it is a credential, whatever it is called. Linear in its length. */
export function credentialInValue(value: string): CredentialSign | undefined {
  return findInValue(value)?.sign;
}

/** The same with the value. */
export function findInValue(value: string): FoundCredential | undefined {
  if (value.includes("PRIVATE KEY-----") && PRIVATE_KEY.test(value))
    return { sign: "a private key", secret: Secret.fromText(value) };
  if (value.includes("://") && value.includes("@")) {
    for (const [, password = ""] of value.matchAll(USER_INFO))
      if (isLiteral(password)) return { sign: "a URL with a password", secret: Secret.fromText(password) };
  }
  const token = PROVIDER_TOKEN.exec(value)?.[0];
  return token === undefined ? undefined : { sign: "a token of a known provider", secret: Secret.fromText(token) };
}

const NO_CREDENTIAL = [
  /^(?:true|false|yes|no|on|off|enabled?|disabled?|required|optional|auto|none|default|basic|bearer|file|env|vault|jwt|opaque|\d{1,3})$/i,
  /^\.{0,2}(?:\/[\w.@-]+)+\/?$/,
  /^~\//,
  /^[a-z][a-z0-9+.-]*:\/\//i,
  /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/,
];

/** The name of a Kubernetes object, as in `TLS_SECRET: my-cert`: only letters in words with hyphens between. */
const OBJECT_NAME = /^[a-z]+(?:-[a-z]+)+$/;

/** Whether a literal value under this name is a credential, by the name or by the value. */
export function literalCredential(name: string, value: string): CredentialSign | undefined {
  return findCredential(name, value)?.sign;
}

/** The same with the value. */
export function findCredential(name: string, value: string): FoundCredential | undefined {
  const byValue = findInValue(value);
  if (byValue !== undefined) return byValue;
  if (value.length > 4096 || value.includes("\n") || !namesCredential(name)) return undefined;
  const text = value.trim();
  if (text.length < 3 || !isLiteral(text) || NO_CREDENTIAL.some((pattern) => pattern.test(text))) return undefined;
  const last = wordsOf(name).at(-1);
  if ((last === "secret" || last === "credentials") && OBJECT_NAME.test(text)) return undefined;
  return { sign: "its name", secret: Secret.fromText(text) };
}

/** No placeholder, and no part that something else fills in. */
function isLiteral(text: string): boolean {
  return valueShape(text) === "value" && !/\$[({]|\{\{|%[({]/.test(text);
}
