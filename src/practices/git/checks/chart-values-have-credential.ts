import type { Check } from "../../../kernel/check.ts";
import type { World } from "../../../model/world/world.ts";
import type { SettingsManifest } from "../model.ts";
import { clearFields } from "./clear-fields.ts";

/** Whoever may read the object, or the repository, reads the value; charts also print values in their notes and history. */
export const chartValuesHaveCredential: Check<SettingsManifest, World> = (manifest) =>
  clearFields(manifest, {
    rule: "git/ChartValuesHaveCredential",
    where: "in the values that it hands on",
    hint: "these objects are readable for many, and Git keeps what was ever committed",
    fix: "let the chart take an existing Secret (existingSecret and the like), and let an ExternalSecret make that Secret\nFlux: valuesFrom with kind Secret and targetPath; then rotate the value",
  });
