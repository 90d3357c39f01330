import type { Check } from "../../../kernel/check.ts";
import { formatFieldPath } from "../../../kernel/finding/field-path.ts";
import { subjectOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { PlacedProvider } from "../model.ts";

/** `cachesize` belongs to KMS v1; the API server refuses it with v2. */
export const cachesizeWithKmsV2: Check<PlacedProvider, World> = ({ configuration, provider }) => {
  if (provider.kind !== "kms" || provider.apiVersion !== "v2" || provider.cachesize === undefined) return undefined;
  return {
    rule: "encryption/CachesizeWithKmsV2",
    practice: "encryption",
    severity: "medium",
    subject: subjectOf(configuration.object, formatFieldPath([...provider.path, "cachesize"])),
    message: `the kms provider ${provider.name ?? "without a name"} sets cachesize, which version 2 does not have`,
    hint: "the API server refuses the whole file: it does not start, or keeps the configuration it had",
    fix: `remove ${formatFieldPath([...provider.path, "cachesize"])}`,
  };
};
