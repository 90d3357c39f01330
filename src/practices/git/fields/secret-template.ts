import type { FieldPath } from "../../../kernel/finding/field-path.ts";
import type { KubeObject } from "../../../kernel/kube/manifests/manifest.ts";
import { asRecord } from "../../../kernel/untyped.ts";
import { groupOf } from "../../../model/objects/identity.ts";
import { credentialFields } from "./credential-fields.ts";
import type { FieldCredential } from "./field-credential.ts";

/** Where objects that become Secrets keep the template of what is not secret. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  "external-secrets.io/ExternalSecret": ["spec", "target", "template"],
  "external-secrets.io/ClusterExternalSecret": ["spec", "externalSecretSpec", "target", "template"],
  "bitnami.com/SealedSecret": ["spec", "template"],
};

/** Credentials that are written out in such a template; undefined for other kinds. */
export function secretTemplateValues(object: KubeObject): Iterable<FieldCredential> | undefined {
  const path: FieldPath | undefined = TEMPLATES[`${groupOf(object.apiVersion)}/${object.kind}`];
  if (path === undefined) return undefined;
  let tree: unknown = object;
  for (const step of path) tree = asRecord(tree)[step];
  return credentialFields(asRecord(tree)["data"], [...path, "data"]);
}
