import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { asText } from "../../kernel/untyped.ts";
import type { World } from "../../model/world/world.ts";
import { deployerOf, managerOf } from "./manager-of.ts";
import type { ClusterSecret } from "./model.ts";

/** `object` as the subject of this practice, where it is a Secret that a cluster holds. */
export function clusterSecretsOf(object: KubeObject, world: World): readonly ClusterSecret[] | undefined {
  if (world.source !== "cluster" || object.kind !== "Secret" || object.apiVersion !== "v1") return undefined;
  const type = asText(object["type"]) ?? "Opaque";
  return [{ object, type, manager: managerOf(object, type), deployedBy: deployerOf(object) }];
}
