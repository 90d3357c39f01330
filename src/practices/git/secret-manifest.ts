import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { isWrapped } from "../../kernel/kube/manifests/wrap-secrets.ts";
import { isRecord } from "../../kernel/untyped.ts";
import type { World } from "../../model/world/world.ts";
import type { SecretManifest } from "./model.ts";

/** `object` as the subject of this practice, where it is a Secret that came from a file. */
export function secretManifestsOf(object: KubeObject, world: World): readonly SecretManifest[] | undefined {
  if (world.source !== "files" || object.kind !== "Secret" || object.apiVersion !== "v1") return undefined;
  return [{ object, clear: clearValuesOf(object) }];
}

/** Where a Secret's values stand in the clear: those that are no ciphertext, reference, placeholder or public. */
export function clearValuesOf(object: KubeObject): SecretManifest["clear"] {
  return (["stringData", "data"] as const).flatMap((section) =>
    clearKeys(object[section]).map((key) => ({ section, key })),
  );
}

function clearKeys(members: unknown): readonly string[] {
  if (isWrapped(members)) return members.shape === "value" ? [""] : [];
  if (!isRecord(members)) return [];
  return Object.entries(members)
    .filter(([, value]) => isWrapped(value) && value.shape === "value")
    .map(([key]) => key);
}
