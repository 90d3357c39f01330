import type { Check } from "../../../kernel/check.ts";
import { formatFieldPath } from "../../../kernel/finding/field-path.ts";
import { subjectOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { PlacedProvider } from "../model.ts";

/** With aescbc, aesgcm and secretbox the key itself stands in the file, beside the data that it protects. */
export const keyInFile: Check<PlacedProvider, World> = ({ configuration, provider }) => {
  const key = provider.keys.find(({ shape }) => shape === "value");
  if (key === undefined) return undefined;
  return {
    rule: "encryption/KeyInFile",
    practice: "encryption",
    severity: "medium",
    subject: subjectOf(configuration.object, formatFieldPath(key.path)),
    message: `the ${provider.kind} key ${key.name} stands in the file itself`,
    evidence: { provider: provider.kind, keys: provider.keys.length },
    hint: "whoever reads the control plane's disk has the key and the data; nobody rotates it, and the file is easily committed or backed up",
    fix: "put a kms provider with apiVersion: v2 in front of it, write every Secret again (kubectl get secrets -A -o json | kubectl replace -f -), then remove it",
  };
};
