/**
 * What a text in the place of a secret looks like. Only `"value"` is a secret in the clear:
 * `"reference"` is filled in by a tool (a template, `op://…`, `$(VAR)`), `"ciphertext"` is encrypted (SOPS, age, PGP,
 * Ansible, Vault transit), `"public"` is a certificate or a public key, `"placeholder"` is meant to be replaced.
 */
export type ValueShape = "empty" | "placeholder" | "reference" | "ciphertext" | "public" | "value";

const CIPHERTEXT = [
  /^ENC\[[A-Z0-9_]+,/,
  /^-----BEGIN (?:AGE ENCRYPTED FILE|PGP MESSAGE)-----/,
  /^age-encryption\.org\//,
  /^\$ANSIBLE_VAULT;/,
  /^vault:v\d+:/,
  /^k8s:enc:/,
];

const REFERENCE = [
  /\{\{[\s\S]*\}\}/,
  /^\$\([A-Za-z_][\w.-]*\)$/,
  /^\$\{[^}]*\}$/,
  /^\$[A-Z_][A-Z0-9_]*$/,
  /^#\{[^}]*\}#?$/,
  /^%[A-Z0-9_]+%$/,
  /^@@?[A-Za-z0-9_.-]+@@?$/,
  /^__[A-Z0-9_]+__$/,
  /^(?:ref\+[a-z]+|op|awssm|awsssm|aws-sm|gcpsm|azkv|akv|secretref|bw):\/\//,
  /^(?:vault|bao|gcp|aws|azure):(?!v\d+:)[\w./-]+[#:/][\w./#-]+$/,
  /^arn:aws[\w-]*:(?:secretsmanager|ssm):/,
  /^<path:[^>]+>$/,
];

const PLACEHOLDER = [
  /^<[^<>\n]*>$/,
  /^\[[A-Za-z _-]+\]$/,
  /^[*xX.?_-]+$/,
  /^(?:change|replace)[ _.-]?(?:me|this|it)(?![A-Za-z0-9])/i,
  /^(?:to[ _-]?be|todo|tbd|fixme|redacted|omitted|masked|removed|placeholder|dummy)(?:$|[ _:-])/i,
  /^(?:none|null|nil|undefined|example)$/i,
  /^(?:your|my|insert|enter|put|add|set|replace|fill)[ _.-][\w .-]*(?:here|password|passwd|secret|token|key|value|credentials?)\b/i,
];

const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----/g;
const PUBLIC_PEM = /^(?:(?:TRUSTED )?CERTIFICATE|X509 CRL|(?:RSA |EC )?PUBLIC KEY|CERTIFICATE REQUEST|DH PARAMETERS)$/;
const LONGEST_SPECIAL = 4096;

/** Looks at a text that may be a secret and tells only its shape. Pure; linear in the text's length. */
export function valueShape(source: string): ValueShape {
  const text = source.length > LONGEST_SPECIAL ? source : source.trim();
  if (text === "") return "empty";
  const head = text.slice(0, LONGEST_SPECIAL);
  if (CIPHERTEXT.some((pattern) => pattern.test(head))) return "ciphertext";
  if (isPublicPem(text)) return "public";
  if (text.length > LONGEST_SPECIAL) return "value";
  if (REFERENCE.some((pattern) => pattern.test(text))) return "reference";
  if (PLACEHOLDER.some((pattern) => pattern.test(text))) return "placeholder";
  return "value";
}

function isPublicPem(text: string): boolean {
  if (!text.startsWith("-----BEGIN ")) return false;
  for (const [, label] of text.matchAll(PEM_BLOCK)) if (!PUBLIC_PEM.test(label ?? "")) return false;
  return true;
}
