import { KustodyError } from "../../../kernel/errors.ts";

/** A kind of object whose values are looked at, and where etcd keeps them. */
export interface StoredResource {
  /** As RBAC and the EncryptionConfiguration name it: `secrets`, `widgets.example.com`. */
  readonly name: string;
  /** With a slash at its end: `/registry/secrets/`. */
  readonly prefix: string;
}

/** API groups that are compiled into the API server: their objects lie below `<prefix>/<plural>`, without the group. */
const BUILT_IN = new Set([
  "",
  "admissionregistration.k8s.io",
  "apps",
  "authentication.k8s.io",
  "autoscaling",
  "batch",
  "certificates.k8s.io",
  "coordination.k8s.io",
  "discovery.k8s.io",
  "events.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "internal.apiserver.k8s.io",
  "networking.k8s.io",
  "node.k8s.io",
  "policy",
  "rbac.authorization.k8s.io",
  "resource.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
  "storagemigration.k8s.io",
]);

/** Where the name in etcd is not the plural (kubernetes, pkg/kubeapiserver/default_storage_factory_builder.go). */
const PLACES: Readonly<Record<string, string>> = {
  nodes: "minions",
  services: "services/specs",
  endpoints: "services/endpoints",
  replicationcontrollers: "controllers",
  "ingresses.networking.k8s.io": "ingress",
  "networkpolicies.networking.k8s.io": "networkpolicies",
};

/** Where etcd keeps `name` (`secrets`, `deployments.apps`, `widgets.example.com`). Errors: KST_USAGE. */
export function storedResource(name: string, etcdPrefix = "/registry"): StoredResource {
  if (!/^[a-z0-9]+(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name) || name.length > 253) {
    throw new KustodyError("KST_USAGE", `"${name.slice(0, 80)}" names no resource`, {
      hint: "write the plural in lower case, with its group where it has one: secrets, configmaps, widgets.example.com",
    });
  }
  const dot = name.indexOf(".");
  const plural = dot < 0 ? name : name.slice(0, dot);
  const group = dot < 0 ? "" : name.slice(dot + 1);
  const place = PLACES[name] ?? (BUILT_IN.has(group) ? plural : `${group}/${plural}`);
  return { name, prefix: `${etcdPrefix.replace(/\/+$/, "")}/${place}/` };
}

/** `namespace/name` (or `name`) of the object whose key this is. */
export function objectName(key: string, { prefix }: StoredResource): string {
  return key.slice(prefix.length);
}
