import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";

/** A `Secret` in a file, with the names of the keys whose values stand there in the clear. */
export interface SecretManifest {
  readonly object: KubeObject;
  readonly clear: readonly { readonly section: "data" | "stringData"; readonly key: string }[];
}
