import type { Check } from "../../../kernel/check.ts";
import { formatFieldPath } from "../../../kernel/finding/field-path.ts";
import { subjectOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { PlacedProvider } from "../model.ts";

/** KMS v1 is deprecated since Kubernetes 1.28 and off since 1.29. */
export const kmsVersionOne: Check<PlacedProvider, World> = ({ configuration, provider }) => {
  if (provider.kind !== "kms" || provider.apiVersion !== "v1") return undefined;
  return {
    rule: "encryption/KmsVersionOne",
    practice: "encryption",
    severity: "high",
    subject: subjectOf(configuration.object, formatFieldPath([...provider.path, "apiVersion"])),
    message: `the kms provider ${provider.name ?? "without a name"} uses KMS v1`,
    hint: "KMS v1 is switched off since Kubernetes 1.29, asks the KMS for every object, and cannot tell which key wrote what",
    fix: "add the same plugin as a second kms provider with apiVersion: v2 in front, write every Secret again, then remove the v1 provider",
  };
};
