import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { groupOf, ownersOf } from "../objects/identity.ts";

/** A kind whose objects hold a pod template, and where: `spec` of that template stands at `[...template, "spec"]`. */
export interface WorkloadKind {
  /** API group; empty for the core group. */
  readonly group: string;
  readonly kind: string;
  /** Path to the pod template; the object itself for a Pod. */
  readonly template: readonly string[];
}

/** Kubernetes' own kinds first, then custom ones that are widespread. Configuration adds more. */
export const WORKLOAD_KINDS: readonly WorkloadKind[] = [
  { group: "", kind: "Pod", template: [] },
  { group: "", kind: "PodTemplate", template: ["template"] },
  { group: "", kind: "ReplicationController", template: ["spec", "template"] },
  { group: "apps", kind: "Deployment", template: ["spec", "template"] },
  { group: "apps", kind: "ReplicaSet", template: ["spec", "template"] },
  { group: "apps", kind: "StatefulSet", template: ["spec", "template"] },
  { group: "apps", kind: "DaemonSet", template: ["spec", "template"] },
  { group: "batch", kind: "Job", template: ["spec", "template"] },
  { group: "batch", kind: "CronJob", template: ["spec", "jobTemplate", "spec", "template"] },
  { group: "argoproj.io", kind: "Rollout", template: ["spec", "template"] },
  { group: "serving.knative.dev", kind: "Service", template: ["spec", "template"] },
  { group: "apps.openshift.io", kind: "DeploymentConfig", template: ["spec", "template"] },
];

export function workloadKindOf(object: KubeObject, kinds: readonly WorkloadKind[]): WorkloadKind | undefined {
  const group = groupOf(object.apiVersion);
  return kinds.find((candidate) => candidate.kind === object.kind && candidate.group === group);
}

/**
 * Whether another workload made this object from its own template: a Pod of a ReplicaSet, a ReplicaSet of a Deployment.
 * What is wrong in it is wrong in its owner, and is told there once.
 */
export function isMadeByWorkload(object: KubeObject, kinds: readonly WorkloadKind[]): boolean {
  return ownersOf(object).some(
    (owner) =>
      owner.controller && kinds.some(({ group, kind }) => kind === owner.kind && group === groupOf(owner.apiVersion)),
  );
}
