import type { Check } from "../../../kernel/check.ts";
import type { World } from "../../../model/world/world.ts";
import type { SettingsManifest } from "../model.ts";
import { clearFields } from "./clear-fields.ts";

/** A template of an ExternalSecret or SealedSecret is in the clear: only what it refers to is not. */
export const secretTemplateHasValue: Check<SettingsManifest, World> = (manifest) =>
  clearFields(manifest, {
    rule: "git/SecretTemplateHasValue",
    where: "in its template",
    hint: "the template stands in the file as it is; only what it refers to with {{ }} comes from the manager",
    fix: "put the value into the manager and refer to it: password: '{{ .password }}'; then rotate the value",
  });
