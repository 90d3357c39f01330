import type { Secret } from "../../kernel/secret/secret.ts";
import { type CredentialSign, type FoundCredential, findCredential, findInValue } from "./literal-credential.ts";

/** A credential in a configuration text: the line counts from 1 inside the text, the property is its name there. */
export interface TextCredential {
  readonly line: number;
  readonly property: string;
  readonly sign: CredentialSign;
  readonly secret: Secret;
}

const MAX_TEXT = 1024 * 1024;
const MAX_LINE = 4096;
const MAY_HOLD = /pass|pwd|secret|token|key|cred|auth|:\/\//i;
const NAME = /^(?:export |- |set )?\s*["']?([A-Za-z_][\w.-]{0,120})["']?\s{0,8}$/;

/** A variable (`$X`), a call or an index, a collection, a reference, a sentence: nothing that is written out. */
const FILLED_IN = /\$[\w({]|^[\w.]+[([]|^[{[|>&*!]|^[^"'\s]\S*\s+\S+\s+\S/;

/** The first credential in a text, as `credentialsInText` finds it. */
export function credentialInText(text: string): TextCredential | undefined {
  const [first] = credentialsInText(text);
  return first;
}

/**
 * The credentials in a text with lines such as `name: value`, `name=value` or `"name": "value",`: properties, ini, env, YAML, JSON.
 * Comments and what a program fills in (`$VAR`, calls) are none. A text with a private key is that one credential.
 */
export function* credentialsInText(text: string): Generator<TextCredential> {
  const looked = text.slice(0, MAX_TEXT);
  if (!MAY_HOLD.test(looked)) return;
  const key = findInValue(looked);
  if (key?.sign === "a private key") {
    yield { line: lineOf(looked, "PRIVATE KEY-----"), property: "", ...key };
    return;
  }
  let number = 0;
  for (const line of looked.split("\n")) {
    number++;
    if (line.length > MAX_LINE) continue;
    const found = credentialInLine(line.trim());
    if (found !== undefined) yield { line: number, ...found };
  }
}

function credentialInLine(line: string): (FoundCredential & { property: string }) | undefined {
  if (line === "" || /^(?:#|\/\/|;|\*|<!--)/.test(line)) return undefined;
  const separator = line.search(/[:=]/);
  const property = separator === -1 ? undefined : NAME.exec(line.slice(0, separator))?.[1];
  if (property === undefined) {
    const found = findInValue(line);
    return found && { property: "", ...found };
  }
  const written = line.slice(separator + 1).trim();
  const value = unquote(written);
  const found = FILLED_IN.test(written) ? findInValue(value) : findCredential(property, value);
  return found && { property, ...found };
}

function unquote(value: string): string {
  const bare = value.endsWith(",") || value.endsWith(";") ? value.slice(0, -1).trimEnd() : value;
  const [first] = bare;
  return bare.length > 1 && (first === '"' || first === "'") && bare.endsWith(first) ? bare.slice(1, -1) : bare;
}

function lineOf(text: string, mark: string): number {
  return text.slice(0, text.indexOf(mark)).split("\n").length;
}
