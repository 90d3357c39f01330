import type { Check } from "../../../kernel/check.ts";
import { formatFieldPath } from "../../../kernel/finding/field-path.ts";
import { subjectOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { PlacedProvider } from "../model.ts";

/** CBC without authentication (https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/ calls it weak, for padding-oracle attacks). */
export const aescbcNotAuthenticated: Check<PlacedProvider, World> = ({ configuration, provider }) => {
  if (provider.kind !== "aescbc") return undefined;
  return {
    rule: "encryption/AescbcNotAuthenticated",
    practice: "encryption",
    severity: "medium",
    subject: subjectOf(configuration.object, formatFieldPath(provider.path)),
    message: "aescbc encrypts without authentication",
    hint: "whoever can write to etcd can change ciphertext unnoticed, and learn the plaintext from which changes the API server accepts",
    fix: "use kms with apiVersion: v2, or secretbox where there is no KMS; keep aescbc behind it until every Secret is written again",
  };
};
