import { formatFieldPath } from "../../../kernel/finding/field-path.ts";
import type { Finding } from "../../../kernel/finding/finding.ts";
import { subjectOf, titleOf } from "../../../model/objects/identity.ts";
import type { SettingsManifest } from "../model.ts";

const MOST_SHOWN = 20;

/** What findings about fields in the clear have in common; `where` completes "… in the clear". */
export function clearFields(
  { object, clear }: SettingsManifest,
  told: Pick<Finding, "rule" | "hint" | "fix"> & { readonly where: string },
): Finding | undefined {
  const fields = [...new Set(clear.map(({ path }) => formatFieldPath(path)))];
  const [first] = fields;
  if (first === undefined) return undefined;
  const { where, ...rest } = told;
  return {
    ...rest,
    practice: "git",
    severity: "high",
    subject: subjectOf(object, first),
    message: `${titleOf(object)} carries ${clear.length === 1 ? "a credential" : `${clear.length} credentials`} in the clear ${where}`,
    evidence: { fields: fields.slice(0, MOST_SHOWN).join(", "), count: clear.length },
  };
}
