import type { Check } from "../../../kernel/check.ts";
import { formatFieldPath } from "../../../kernel/finding/field-path.ts";
import { subjectOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { PlacedProvider } from "../model.ts";

/** The name in etcd leads back to the provider that can decrypt: no two kms providers of a file may share it. */
export const kmsNameRepeated: Check<PlacedProvider, World> = ({ configuration, provider }) => {
  if (provider.kind !== "kms" || provider.name === undefined) return undefined;
  const before = configuration.entries
    .flatMap(({ providers }) => providers)
    .find((other) => other.kind === "kms" && other.name === provider.name);
  if (before === undefined || before === provider) return undefined;
  return {
    rule: "encryption/KmsNameRepeated",
    practice: "encryption",
    severity: "medium",
    subject: subjectOf(configuration.object, formatFieldPath([...provider.path, "name"])),
    message: `two kms providers are named ${provider.name}`,
    evidence: { first: formatFieldPath(before.path) },
    hint: "the name in etcd leads back to the provider that can decrypt: the API server refuses a file that uses it twice",
    fix: `give ${formatFieldPath([...provider.path, "name"])} a name of its own`,
  };
};
