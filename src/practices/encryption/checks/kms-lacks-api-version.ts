import type { Check } from "../../../kernel/check.ts";
import { formatFieldPath } from "../../../kernel/finding/field-path.ts";
import { subjectOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { PlacedProvider } from "../model.ts";

/** `apiVersion` of a kms provider defaults to v1, which the API server refuses since Kubernetes 1.29. */
export const kmsLacksApiVersion: Check<PlacedProvider, World> = ({ configuration, provider }) => {
  if (provider.kind !== "kms" || provider.apiVersion !== undefined) return undefined;
  return {
    rule: "encryption/KmsLacksApiVersion",
    practice: "encryption",
    severity: "high",
    subject: subjectOf(configuration.object, formatFieldPath(provider.path)),
    message: `the kms provider ${provider.name ?? "without a name"} says no apiVersion, which means v1`,
    hint: "KMS v1 is switched off since Kubernetes 1.29: the API server does not start with this file; before that it asks the KMS for every single object",
    fix: `set ${formatFieldPath([...provider.path, "apiVersion"])}: v2`,
  };
};
