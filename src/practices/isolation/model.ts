import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import type { SecretReader } from "../../model/rbac/rbac-graph.ts";

/** A namespace with what is known about its walls. */
export interface WalledNamespace {
  readonly object: KubeObject;
  readonly name: string;
  /** Namespaces of Kubernetes itself are graded apart. */
  readonly grade: "own" | "default" | "system";
  readonly deniesIngress: boolean;
  readonly deniesEgress: boolean;
}

/** A subject of somebody's own binding that can read Secrets through it. */
export interface BoundReader {
  readonly reader: SecretReader;
  /** It reads all Secrets in reach, not only some by name. */
  readonly readsAll: boolean;
}
