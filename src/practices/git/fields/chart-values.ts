import type { KubeObject } from "../../../kernel/kube/manifests/manifest.ts";
import { groupOf } from "../../../model/objects/identity.ts";
import { credentialFields } from "./credential-fields.ts";
import type { FieldCredential } from "./field-credential.ts";

/** Kinds that carry values for a chart or a template, by group. */
const CARRIERS: Readonly<Record<string, ReadonlySet<string>>> = {
  "argoproj.io": new Set(["Application", "ApplicationSet"]),
  "helm.toolkit.fluxcd.io": new Set(["HelmRelease"]),
  "kustomize.toolkit.fluxcd.io": new Set(["Kustomization"]),
  "helm.cattle.io": new Set(["HelmChart", "HelmChartConfig"]),
};

/** The credentials in values that an object hands to a chart or a template; undefined for other kinds. */
export function chartValuesOf(object: KubeObject): Iterable<FieldCredential> | undefined {
  if (CARRIERS[groupOf(object.apiVersion)]?.has(object.kind) !== true) return undefined;
  return credentialFields(object["spec"], ["spec"]);
}
