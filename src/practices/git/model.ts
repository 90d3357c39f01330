import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import type { FieldCredential } from "./fields/field-credential.ts";

/** A `Secret` in a file, with the names of the keys whose values stand there in the clear. */
export interface SecretManifest {
  readonly object: KubeObject;
  readonly clear: readonly { readonly section: "data" | "stringData"; readonly key: string }[];
}

/** Another object in a file, with the fields in which a credential stands in the clear. */
export interface SettingsManifest {
  readonly object: KubeObject;
  readonly clear: readonly FieldCredential[];
}
