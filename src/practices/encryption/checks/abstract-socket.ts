import type { Check } from "../../../kernel/check.ts";
import { formatFieldPath } from "../../../kernel/finding/field-path.ts";
import { subjectOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { PlacedProvider } from "../model.ts";

/** An abstract socket has no file, so no owner and no permissions. */
export const abstractSocket: Check<PlacedProvider, World> = ({ configuration, provider }) => {
  if (provider.endpoint === undefined || !/^unix:\/*@/.test(provider.endpoint)) return undefined;
  return {
    rule: "encryption/AbstractSocket",
    practice: "encryption",
    severity: "high",
    subject: subjectOf(configuration.object, formatFieldPath([...provider.path, "endpoint"])),
    message: `the KMS plugin's socket ${provider.endpoint} is abstract: it has no permissions`,
    evidence: { endpoint: provider.endpoint },
    hint: "file permissions are all that guards the plugin; every process in the network namespace can ask it to decrypt, or take its name first",
    fix: `set ${formatFieldPath([...provider.path, "endpoint"])}: unix:///run/kms/NAME.sock, in a folder that only root may enter`,
  };
};
