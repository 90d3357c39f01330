import type { Check } from "../../../kernel/check.ts";
import { formatFieldPath } from "../../../kernel/finding/field-path.ts";
import { subjectOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { PlacedProvider } from "../model.ts";

/** The name becomes a part of the prefix in etcd, where a colon separates. */
export const kmsNameHasColon: Check<PlacedProvider, World> = ({ configuration, provider }) => {
  if (provider.kind !== "kms" || provider.name?.includes(":") !== true) return undefined;
  return {
    rule: "encryption/KmsNameHasColon",
    practice: "encryption",
    severity: "medium",
    subject: subjectOf(configuration.object, formatFieldPath([...provider.path, "name"])),
    message: `the kms provider's name ${provider.name} contains a colon`,
    hint: "the API server refuses the whole file, because the colon ends the name in what it writes to etcd",
    fix: `set ${formatFieldPath([...provider.path, "name"])}: ${provider.name.replaceAll(":", "-")}`,
  };
};
