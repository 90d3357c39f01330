import type { Secret } from "../../secret/secret.ts";
import type { KubeObject } from "./object-meta.ts";
import { clusterResource, namespacedResource } from "./resource.ts";

/** An object whose fields beyond the metadata are narrowed by who reads them. */
export interface AnyObject extends KubeObject {
  readonly [field: string]: unknown;
}

/** Values are bytes in `Secret` from the decoder on; see `secret-json.ts`. */
export interface SecretObject extends KubeObject {
  readonly type?: string;
  readonly immutable?: boolean;
  readonly data?: Readonly<Record<string, Secret>>;
}

export interface ConfigMapObject extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  /** Base64. */
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}

export interface LeaseObject extends KubeObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

export const Secrets = namespacedResource<SecretObject>("v1", "Secret", "secrets");
export const ConfigMaps = namespacedResource<ConfigMapObject>("v1", "ConfigMap", "configmaps");
export const ServiceAccounts = namespacedResource<AnyObject>("v1", "ServiceAccount", "serviceaccounts");
export const Services = namespacedResource<AnyObject>("v1", "Service", "services");
export const Namespaces = clusterResource<AnyObject>("v1", "Namespace", "namespaces");
export const Nodes = clusterResource<AnyObject>("v1", "Node", "nodes");

export const Pods = namespacedResource<AnyObject>("v1", "Pod", "pods");
export const PodTemplates = namespacedResource<AnyObject>("v1", "PodTemplate", "podtemplates");
export const ReplicationControllers = namespacedResource<AnyObject>(
  "v1",
  "ReplicationController",
  "replicationcontrollers",
);
export const Deployments = namespacedResource<AnyObject>("apps/v1", "Deployment", "deployments");
export const StatefulSets = namespacedResource<AnyObject>("apps/v1", "StatefulSet", "statefulsets");
export const DaemonSets = namespacedResource<AnyObject>("apps/v1", "DaemonSet", "daemonsets");
export const ReplicaSets = namespacedResource<AnyObject>("apps/v1", "ReplicaSet", "replicasets");
export const Jobs = namespacedResource<AnyObject>("batch/v1", "Job", "jobs");
export const CronJobs = namespacedResource<AnyObject>("batch/v1", "CronJob", "cronjobs");

const RBAC = "rbac.authorization.k8s.io/v1";
export const Roles = namespacedResource<AnyObject>(RBAC, "Role", "roles");
export const RoleBindings = namespacedResource<AnyObject>(RBAC, "RoleBinding", "rolebindings");
export const ClusterRoles = clusterResource<AnyObject>(RBAC, "ClusterRole", "clusterroles");
export const ClusterRoleBindings = clusterResource<AnyObject>(RBAC, "ClusterRoleBinding", "clusterrolebindings");

const NETWORKING = "networking.k8s.io/v1";
export const NetworkPolicies = namespacedResource<AnyObject>(NETWORKING, "NetworkPolicy", "networkpolicies");
export const Ingresses = namespacedResource<AnyObject>(NETWORKING, "Ingress", "ingresses");

export const Events = namespacedResource<AnyObject>("events.k8s.io/v1", "Event", "events");
export const Leases = namespacedResource<LeaseObject>("coordination.k8s.io/v1", "Lease", "leases");
export const CustomResourceDefinitions = clusterResource<AnyObject>(
  "apiextensions.k8s.io/v1",
  "CustomResourceDefinition",
  "customresourcedefinitions",
);

const ADMISSION = "admissionregistration.k8s.io/v1";
export const ValidatingWebhookConfigurations = clusterResource<AnyObject>(
  ADMISSION,
  "ValidatingWebhookConfiguration",
  "validatingwebhookconfigurations",
);
export const MutatingWebhookConfigurations = clusterResource<AnyObject>(
  ADMISSION,
  "MutatingWebhookConfiguration",
  "mutatingwebhookconfigurations",
);
export const ValidatingAdmissionPolicies = clusterResource<AnyObject>(
  ADMISSION,
  "ValidatingAdmissionPolicy",
  "validatingadmissionpolicies",
);
export const ValidatingAdmissionPolicyBindings = clusterResource<AnyObject>(
  ADMISSION,
  "ValidatingAdmissionPolicyBinding",
  "validatingadmissionpolicybindings",
);
