import type { Check } from "../../../kernel/check.ts";
import type { World } from "../../../model/world/world.ts";
import type { SettingsManifest } from "../model.ts";
import { clearFields } from "./clear-fields.ts";

/** A literal of a secretGenerator is a Secret's value in the clear, before kustomize encodes it. */
export const kustomizationHasValues: Check<SettingsManifest, World> = (manifest) =>
  clearFields(manifest, {
    rule: "git/KustomizationHasValues",
    where: "in its generators or patches",
    hint: "a secretGenerator writes base64 of what stands in the file; that hides nothing",
    fix: "an ExternalSecret (external-secrets.io/v1) in resources instead of the generator; then rotate the value",
  });
