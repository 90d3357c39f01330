import type { ListedCheck } from "../../kernel/check.ts";
import type { World } from "../../model/world/world.ts";
import { chartValuesHaveCredential } from "./checks/chart-values-have-credential.ts";
import { kustomizationHasValues } from "./checks/kustomization-has-values.ts";
import { secretManifestHasValues } from "./checks/secret-manifest-has-values.ts";
import { secretTemplateHasValue } from "./checks/secret-template-has-value.ts";
import type { SecretManifest, SettingsManifest } from "./model.ts";

export const SECRET_MANIFEST_CHECKS: readonly ListedCheck<SecretManifest, World>[] = [
  {
    rule: "git/SecretManifestHasValues",
    severity: "high",
    check: secretManifestHasValues,
    remark:
      "a Secret in a file has data or stringData in the clear (not ciphertext, references, placeholders, certificates)",
  },
];

export const CHART_VALUE_CHECKS: readonly ListedCheck<SettingsManifest, World>[] = [
  {
    rule: "git/ChartValuesHaveCredential",
    severity: "high",
    check: chartValuesHaveCredential,
    remark: "an Argo CD Application, a Flux HelmRelease or the like hands a credential in the clear to a chart",
  },
];

export const KUSTOMIZATION_CHECKS: readonly ListedCheck<SettingsManifest, World>[] = [
  {
    rule: "git/KustomizationHasValues",
    severity: "high",
    check: kustomizationHasValues,
    remark: "a kustomization has literals for a Secret, or a credential in a patch or for a ConfigMap",
  },
];

export const SECRET_TEMPLATE_CHECKS: readonly ListedCheck<SettingsManifest, World>[] = [
  {
    rule: "git/SecretTemplateHasValue",
    severity: "high",
    check: secretTemplateHasValue,
    remark: "the template of an ExternalSecret or SealedSecret writes a credential out instead of referring to it",
  },
];
