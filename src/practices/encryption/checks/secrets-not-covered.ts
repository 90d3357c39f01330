import type { Check } from "../../../kernel/check.ts";
import { formatFieldPath } from "../../../kernel/finding/field-path.ts";
import { subjectOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { EncryptionConfiguration } from "../model.ts";

/** Without an entry that covers them, Secrets are written as they are. */
export const secretsNotCovered: Check<EncryptionConfiguration, World> = ({ object, deciding }) => {
  if (deciding !== undefined && deciding.providers.length > 0) return undefined;
  return {
    rule: "encryption/SecretsNotCovered",
    practice: "encryption",
    severity: "critical",
    subject: subjectOf(object, deciding === undefined ? "resources" : formatFieldPath(deciding.path)),
    message:
      deciding === undefined
        ? "no entry covers Secrets: they are stored in the clear"
        : "the entry that covers Secrets names no provider",
    hint: "whoever reads an etcd member's disk, or a backup of it, reads every Secret",
    fix: "add to resources: { resources: [secrets], providers: [{ kms: { apiVersion: v2, name: NAME, endpoint: unix:///run/kms/NAME.sock } }, { identity: {} }] }",
  };
};
