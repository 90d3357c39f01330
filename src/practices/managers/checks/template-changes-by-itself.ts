import type { Check } from "../../../kernel/check.ts";
import { volatileFunctionsIn } from "../../../kernel/template/volatile-functions.ts";
import { subjectOf, titleOf } from "../../../model/objects/identity.ts";
import type { World } from "../../../model/world/world.ts";
import type { TemplatedObject } from "../model.ts";

/** A function such as `now`, `randAlphaNum` or `htpasswd` gives something else at each refresh. */
export const templateChangesByItself: Check<TemplatedObject, World> = ({ object, templates }) => {
  const found = templates
    .map(({ field, text }) => ({ field, functions: volatileFunctionsIn(text) }))
    .filter(({ functions }) => functions.length > 0);
  const [first] = found;
  if (first === undefined) return undefined;
  return {
    rule: "managers/TemplateChangesByItself",
    practice: "managers",
    severity: "low",
    subject: subjectOf(object),
    message: `a template of ${titleOf(object)} gives something else at each refresh`,
    evidence: {
      fields: found
        .map(({ field }) => field)
        .slice(0, 5)
        .join(", "),
      functions: [...new Set(found.flatMap(({ functions }) => functions))].sort().join(", "),
    },
    hint: "what it writes changes though nothing changed at its source: pods restart, and other copies of the value no longer fit",
    fix: `set refreshPolicy: CreatedOnce, or keep what ${first.functions[0] ?? ""} makes in the manager and template it from there`,
  };
};
