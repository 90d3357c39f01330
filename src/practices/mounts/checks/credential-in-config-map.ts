import type { Check } from "../../../kernel/check.ts";
import { formatFieldPath } from "../../../kernel/finding/field-path.ts";
import { subjectOf, titleOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { ConfigMapEntry } from "../model.ts";

/** A ConfigMap is for what everybody may know: it is not encrypted at rest by usual configurations, and `view` reads it. */
export const credentialInConfigMap: Check<ConfigMapEntry, World> = ({ object, key, sign, line, property }) => {
  if (sign === undefined) return undefined;
  return {
    rule: "mounts/CredentialInConfigMap",
    practice: "mounts",
    severity: "high",
    subject: subjectOf(object, formatFieldPath(["data", key])),
    message: `${titleOf(object)} holds a credential under ${key}`,
    evidence: {
      key,
      known: sign,
      ...(property === undefined || property === "" ? {} : { property }),
      ...(line === undefined ? {} : { lineInValue: line }),
    },
    hint: "whoever may read ConfigMaps, which roles such as view include, reads it, and encryption at rest usually leaves ConfigMaps out",
    fix: `move the value into your manager and mount it from a Secret as a file; keep in ${key} only the path to that file; then rotate the value`,
  };
};
