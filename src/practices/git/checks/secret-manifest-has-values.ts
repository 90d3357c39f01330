import type { Check } from "../../../kernel/check.ts";
import { formatFieldPath } from "../../../kernel/finding/field-path.ts";
import { subjectOf, titleOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { SecretManifest } from "../model.ts";

/** base64 is an encoding: `data` in a file is as readable as `stringData`. */
export const secretManifestHasValues: Check<SecretManifest, World> = ({ object, clear }) => {
  const [first] = clear;
  if (first === undefined) return undefined;
  const field = formatFieldPath(first.key === "" ? [first.section] : [first.section, first.key]);
  return {
    rule: "git/SecretManifestHasValues",
    practice: "git",
    severity: "high",
    subject: subjectOf(object, field),
    message: `${titleOf(object)} carries ${clear.length === 1 ? "a value" : `${clear.length} values`} in the clear`,
    evidence: { keys: clear.map(({ key }) => key).join(", "), count: clear.length },
    hint: "a file is copied, committed and cloned; base64 hides nothing, and Git keeps what was ever committed",
    fix: "sops encrypt --encrypted-regex '^(data|stringData)$' --in-place FILE\nor an ExternalSecret (external-secrets.io/v1) that names the value in your manager; then rotate the value",
  };
};
