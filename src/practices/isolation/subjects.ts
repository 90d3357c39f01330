import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { nameOf } from "../../model/objects/identity.ts";
import { isBuiltIn, readBinding } from "../../model/rbac/rbac-objects.ts";
import type { World } from "../../model/world/world.ts";
import type { BoundReader, WalledNamespace } from "./model.ts";

/** Made by Kubernetes to hold no pods: a wall around them would guard nothing. */
const WITHOUT_PODS: ReadonlySet<string> = new Set(["kube-public", "kube-node-lease"]);

/** `object` as a namespace to judge, where it is one. */
export function walledNamespacesOf(object: KubeObject, world: World): readonly WalledNamespace[] | undefined {
  if (object.kind !== "Namespace" || object.apiVersion !== "v1") return undefined;
  const name = nameOf(object);
  if (WITHOUT_PODS.has(name)) return [];
  return [
    {
      object,
      name,
      grade: name === "kube-system" ? "system" : name === "default" ? "default" : "own",
      deniesIngress: world.network.denies(name, "Ingress"),
      deniesEgress: world.network.denies(name, "Egress"),
    },
  ];
}

/** The subjects of a binding that can read Secrets through it; none for the bindings that the API server makes and repairs itself. */
export function boundReadersOf(object: KubeObject, world: World): readonly BoundReader[] | undefined {
  const binding = readBinding(object);
  if (binding === undefined) return undefined;
  if (isBuiltIn(object)) return [];
  return [...world.rbac.secretReadersOf(binding)].map((reader) => ({
    reader,
    readsAll: reader.access.some(({ names }) => names === undefined),
  }));
}
