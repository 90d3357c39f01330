import { type FieldPath, formatFieldPath } from "../../../kernel/finding/field-path.ts";
import { decodeText } from "../../../kernel/kube/manifests/decode-text.ts";
import { isWrapped } from "../../../kernel/kube/manifests/wrap-secrets.ts";
import { asRecord } from "../../../kernel/untyped.ts";
import { normalizeLineEnds } from "../../../kernel/yaml/parse-yaml.ts";
import { clearValuesOf } from "../secret-manifest.ts";
import { type Origin, originIsAllowed } from "./allowlist.ts";
import type { Leak } from "./leak.ts";
import type { Rule } from "./rule.ts";

const MANIFEST_FILE = /\.(?:ya?ml|json)$/i;
const LARGEST = 16 * 1024 * 1024;

/** Whether a file may hold manifests, by its name. */
export function mayBeManifest(path: string): boolean {
  return MANIFEST_FILE.test(path);
}

/** Whether it may hold a Secret, by a word in its bytes too. */
export function mayHoldSecrets(bytes: Buffer, path: string): boolean {
  return mayBeManifest(path) && bytes.length <= LARGEST && bytes.includes("Secret");
}

/**
 * Each value in the clear in each Secret of a file, found in the parsed document and not by a pattern: `data` decoded,
 * `stringData`, block scalars, JSON, Lists; ciphertext, references and placeholders are none. Pure.
 */
export function* kubernetesSecrets(bytes: Buffer, origin: Origin, rule: Rule, allowComments: boolean): Generator<Leak> {
  if (originIsAllowed(origin, rule.allowlists, "linear") || rule.path?.test(origin.path, "linear") === false) return;
  const text = normalizeLineEnds(bytes.toString("utf8"));
  const lines = text.split("\n");
  for (const event of decodeText(text, origin.path, {
    named: false,
    wanted: (document) => document.includes("Secret"),
  })) {
    if (event.type !== "object" || event.object.kind !== "Secret" || event.object.apiVersion !== "v1") continue;
    for (const { section, key } of clearValuesOf(event.object)) {
      const members = event.object[section];
      const value = key === "" ? members : asRecord(members)[key];
      if (!isWrapped(value)) continue;
      const field: FieldPath = key === "" ? [section] : [section, key];
      const { line = 1, column = 1 } = event.locate(field);
      if (allowComments && lines[line - 1]?.includes("gitleaks:allow") === true) continue;
      yield {
        rule: rule.id,
        description: rule.description,
        file: origin.path,
        startLine: line,
        endLine: line,
        startColumn: column,
        endColumn: column,
        secret: value.secret,
        entropy: 0,
        general: rule.general,
        tags: rule.tags,
        field: formatFieldPath(field),
        ...(origin.commit === undefined ? {} : { commit: origin.commit }),
      };
    }
  }
}
