import type { Check } from "../../../kernel/check.ts";
import { formatFieldPath } from "../../../kernel/finding/field-path.ts";
import { subjectOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { PlacedProvider } from "../model.ts";

/** The first provider of the deciding entry writes; identity writes in the clear. */
export const identityWritesFirst: Check<PlacedProvider, World> = ({ configuration, entry, provider }) => {
  if (entry !== configuration.deciding || provider.kind !== "identity" || provider.index !== 0) return undefined;
  return {
    rule: "encryption/IdentityWritesFirst",
    practice: "encryption",
    severity: "critical",
    subject: subjectOf(configuration.object, formatFieldPath(provider.path)),
    message: "identity is the first provider: Secrets are written in the clear",
    evidence: { providers: entry.providers.map(({ kind }) => kind).join(", ") },
    hint: "the first provider writes, the others only read; identity first is the way out of encryption",
    fix: "move identity to the end of providers, then write every Secret again: kubectl get secrets -A -o json | kubectl replace -f -",
  };
};
