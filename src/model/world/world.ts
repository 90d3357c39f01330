import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { DefaultDenyIndex } from "../netpol/default-deny.ts";
import { nameOf } from "../objects/identity.ts";
import { RbacGraph } from "../rbac/rbac-graph.ts";
import { WORKLOAD_KINDS, type WorkloadKind } from "../workloads/workload-kinds.ts";

/** Where the objects come from: files may be a part of what a cluster holds, a cluster is the whole. */
export type Source = "files" | "cluster";

/** What checks may know beside their subject: indices built before the first subject comes by. */
export interface World {
  readonly source: Source;
  readonly rbac: RbacGraph;
  readonly network: DefaultDenyIndex;
  /** Names of the namespaces that are defined. */
  readonly namespaces: ReadonlySet<string>;
  readonly workloadKinds: readonly WorkloadKind[];
}

const WORLD_KINDS: ReadonlySet<string> = new Set([
  "Role",
  "ClusterRole",
  "RoleBinding",
  "ClusterRoleBinding",
  "Namespace",
  "NetworkPolicy",
]);

/** Whether the world's index needs `object`. */
export function concernsWorld(object: KubeObject): boolean {
  return WORLD_KINDS.has(object.kind);
}

const WORLD_WORDS = /Role|Namespace|NetworkPolicy|List|kind['"]?\s*:\s*["'][^"']*\\/;

/** Whether a document's text may hold such an object: a cheap look that lets most documents be skipped, and never a needed one. */
export function textMayConcernWorld(text: string): boolean {
  return WORLD_WORDS.test(text);
}

export interface WorldOptions {
  readonly source: Source;
  /** Kinds with pod templates besides Kubernetes' own and the well-known custom ones. */
  readonly workloadKinds?: readonly WorkloadKind[];
}

/** Builds the index; objects that it does not need are passed over. */
export function buildWorld(objects: Iterable<KubeObject>, options: WorldOptions): World {
  const needed = [...objects].filter(concernsWorld);
  return {
    source: options.source,
    rbac: new RbacGraph(needed),
    network: new DefaultDenyIndex(needed),
    namespaces: new Set(needed.filter(({ kind }) => kind === "Namespace").map(nameOf)),
    workloadKinds: [...WORKLOAD_KINDS, ...(options.workloadKinds ?? [])],
  };
}
