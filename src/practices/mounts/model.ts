import type { FieldPath } from "../../kernel/finding/field-path.ts";
import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import type { CredentialSign } from "../../model/credentials/literal-credential.ts";
import type { Container, PodTemplate } from "../../model/workloads/pod-template.ts";

/** A variable of a container with a value written into the workload. The value itself is not kept. */
export interface LiteralVariable {
  readonly template: PodTemplate;
  readonly container: Container;
  readonly name: string;
  readonly sign: CredentialSign | undefined;
  readonly path: FieldPath;
}

/** A key of a ConfigMap, and what in its text is a credential. */
export interface ConfigMapEntry {
  readonly object: KubeObject;
  readonly key: string;
  readonly sign: CredentialSign | undefined;
  /** Where the credential stands in a text of several lines. */
  readonly line: number | undefined;
  readonly property: string | undefined;
}
