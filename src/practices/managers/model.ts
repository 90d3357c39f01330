import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";

/** Who manages a Secret, and the fact by which that is known. */
export interface Manager {
  readonly name: string;
  readonly known: string;
}

/** An object whose templates make values again at each refresh. */
export interface TemplatedObject {
  readonly object: KubeObject;
  readonly templates: readonly { readonly field: string; readonly text: string }[];
}

/** A Secret of a cluster, of which only metadata and type were read. */
export interface ClusterSecret {
  readonly object: KubeObject;
  readonly type: string;
  readonly manager: Manager | undefined;
  /** What put it there without managing its value, such as Helm or kubectl. */
  readonly deployedBy: string | undefined;
}
