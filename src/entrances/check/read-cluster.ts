import { KustodyError, toKustodyError } from "../../kernel/errors.ts";
import type { InputError } from "../../kernel/finding/scorecard.ts";
import type { KubeObject as ClusterObject } from "../../kernel/kube/index.ts";
import {
  ClusterRoleBindings,
  ClusterRoles,
  type Collection,
  ConfigMaps,
  CronJobs,
  clusterResource,
  DaemonSets,
  Deployments,
  Jobs,
  type Kube,
  Namespaces,
  NetworkPolicies,
  namespacedResource,
  Pods,
  PodTemplates,
  ReplicaSets,
  ReplicationControllers,
  type Resource,
  RoleBindings,
  Roles,
  resourceName,
  StatefulSets,
  secretHeaders,
  servesResource,
} from "../../kernel/kube/index.ts";
import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import type { ClusterObjects } from "./check-cluster.ts";

const WORLD: readonly Resource[] = [
  Roles,
  RoleBindings,
  ClusterRoles,
  ClusterRoleBindings,
  Namespaces,
  NetworkPolicies,
];
const STREAMED: readonly Resource[] = [
  Pods,
  PodTemplates,
  ReplicationControllers,
  Deployments,
  ReplicaSets,
  StatefulSets,
  DaemonSets,
  Jobs,
  CronJobs,
  ConfigMaps,
];

/** Kinds with pod templates, or templates of Secrets, that a cluster may serve: not being there is in order. */
const CUSTOM: readonly Resource[] = [
  namespacedResource("argoproj.io/v1alpha1", "Rollout", "rollouts"),
  namespacedResource("serving.knative.dev/v1", "Service", "services"),
  namespacedResource("apps.openshift.io/v1", "DeploymentConfig", "deploymentconfigs"),
  namespacedResource("external-secrets.io/v1", "ExternalSecret", "externalsecrets"),
  clusterResource("external-secrets.io/v1", "ClusterExternalSecret", "clusterexternalsecrets"),
  namespacedResource("external-secrets.io/v1alpha1", "PushSecret", "pushsecrets"),
  clusterResource("external-secrets.io/v1alpha1", "ClusterPushSecret", "clusterpushsecrets"),
];

export interface ReadClusterOptions {
  readonly onProgress: (line: string) => void;
  /** Kinds that could not be listed: the others are assessed all the same. */
  readonly onUnreadable: (error: InputError) => void;
  readonly signal?: AbortSignal;
}

/** A cluster's objects for the scorecard: page by page, Secrets without their values, one unreadable kind stopping no other. */
export function readCluster(kube: Kube, options: ReadClusterOptions): ClusterObjects {
  return {
    world: listAll(kube, WORLD, options),
    subjects: subjects(kube, options),
  };
}

async function* subjects(kube: Kube, options: ReadClusterOptions): AsyncGenerator<KubeObject> {
  yield* listAll(kube, STREAMED, options);
  for (const resource of CUSTOM) {
    yield* tolerated(resourceName(resource), { ...options, mayBeAbsent: true }, listIfServed(kube, resource, options));
  }
  options.onProgress("reading the headers of secrets");
  yield* tolerated("secrets", options, secretHeaders(kube, options.signal));
}

async function* listAll(kube: Kube, resources: readonly Resource[], options: ListOptions): AsyncGenerator<KubeObject> {
  for (const resource of resources) {
    options.onProgress(`reading ${resourceName(resource)}`);
    yield* tolerated(resourceName(resource), options, items(everywhere(kube, resource), options));
  }
}

/** Asked first, for whoever may not list a kind is refused it even where there is none. */
async function* listIfServed(
  kube: Kube,
  resource: Resource,
  options: ReadClusterOptions,
): AsyncGenerator<ClusterObject> {
  if (await servesResource(kube, resource, options.signal)) yield* items(everywhere(kube, resource), options);
}

function everywhere(kube: Kube, resource: Resource): Collection<ClusterObject> {
  const namespaced = (one: Resource): one is Resource<ClusterObject, true> => one.namespaced;
  return namespaced(resource) ? kube.allNamespaces(resource) : kube.cluster(resource as Resource<ClusterObject, false>);
}

async function* items(
  collection: Collection<ClusterObject>,
  { signal, onUnreadable }: ReadClusterOptions,
): AsyncGenerator<ClusterObject> {
  for await (const page of collection.pages(signal === undefined ? {} : { signal })) {
    for (const error of page.invalid) onUnreadable({ location: { file: "cluster" }, reason: error.message });
    yield* page.items;
  }
}

interface ListOptions extends ReadClusterOptions {
  /** A kind that is not served is no news. */
  readonly mayBeAbsent?: boolean;
}

/**
 * A kind that is not served, or that we may not read, is told: what was not read is not clean. A cluster that does not
 * answer ends the check, and so does a server without namespaces, which is none.
 */
async function* tolerated(
  what: string,
  options: ListOptions,
  objects: AsyncIterable<ClusterObject>,
): AsyncGenerator<KubeObject> {
  try {
    for await (const object of objects) yield object as unknown as KubeObject;
  } catch (thrown) {
    const error = toKustodyError(thrown);
    if (error.code === "KST_KUBE_NOT_FOUND" && options.mayBeAbsent === true) return;
    if (error.code === "KST_KUBE_NOT_FOUND" && what === resourceName(Namespaces)) {
      throw new KustodyError("KST_KUBE_REPLY", "what answers at the cluster's address is no Kubernetes API server", {
        hint: "check the server's address in the kubeconfig",
        cause: error,
      });
    }
    if (error.code !== "KST_KUBE_FORBIDDEN" && error.code !== "KST_KUBE_NOT_FOUND") throw error;
    options.onUnreadable({ location: { file: "cluster" }, reason: error.message });
  }
}
