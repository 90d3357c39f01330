import type { Check } from "../../../kernel/check.ts";
import { formatFieldPath } from "../../../kernel/finding/field-path.ts";
import { subjectOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { EncryptionConfiguration } from "../model.ts";

/** The first entry that covers a resource decides; a later one for the same resource is never looked at. */
export const wildcardListedBeforeSecrets: Check<EncryptionConfiguration, World> = ({ object, entries, deciding }) => {
  if (deciding?.covers !== "wildcard") return undefined;
  const shadowed = entries.find(({ covers }) => covers === "name");
  if (shadowed === undefined) return undefined;
  return {
    rule: "encryption/WildcardListedBeforeSecrets",
    practice: "encryption",
    severity: "high",
    subject: subjectOf(object, formatFieldPath(shadowed.path)),
    message: "an entry with a wildcard stands before the entry for secrets and masks it",
    evidence: { deciding: formatFieldPath(deciding.path) },
    hint: "the first entry that covers a resource decides: the API server refuses a file in which an entry could never take effect",
    fix: `move ${formatFieldPath(shadowed.path)} in front of ${formatFieldPath(deciding.path)}`,
  };
};
