import { CATALOG } from "../../catalog.ts";
import type { Scorecard } from "../../kernel/finding/scorecard.ts";
import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { wrapSecrets } from "../../kernel/kube/manifests/wrap-secrets.ts";
import type { WorkloadKind } from "../../model/workloads/workload-kinds.ts";
import { buildWorld } from "../../model/world/world.ts";
import { assess, type Examined } from "./assess.ts";

/** What a cluster gives: the caller lists, with whatever client it has. */
export interface ClusterObjects {
  /** Role, ClusterRole, RoleBinding, ClusterRoleBinding, Namespace, NetworkPolicy: whole, read once and kept for the index. */
  readonly world: AsyncIterable<KubeObject> | Iterable<KubeObject>;
  /** Everything to assess besides `world`, streamed: workloads and ConfigMaps whole, Secrets as metadata with their `type`. */
  readonly subjects: AsyncIterable<KubeObject> | Iterable<KubeObject>;
  readonly workloadKinds?: readonly WorkloadKind[];
}

/** The scorecard of a cluster. Secrets need no values: should they come with `data`, it is wrapped before any check sees it. */
export async function checkCluster(cluster: ClusterObjects): Promise<Scorecard> {
  const kept: KubeObject[] = [];
  for await (const object of cluster.world) kept.push(object);
  const world = buildWorld(kept, {
    source: "cluster",
    ...(cluster.workloadKinds === undefined ? {} : { workloadKinds: cluster.workloadKinds }),
  });
  return assess({ stations: CATALOG, world, subjects: examined(kept, cluster.subjects) });
}

async function* examined(
  kept: readonly KubeObject[],
  rest: AsyncIterable<KubeObject> | Iterable<KubeObject>,
): AsyncGenerator<Examined> {
  for (const object of kept) yield { type: "object", object };
  for await (const object of rest) yield { type: "object", object: wrapSecrets(object) };
}
