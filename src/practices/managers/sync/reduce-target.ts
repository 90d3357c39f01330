import type { SecretObject } from "../../../kernel/kube/object/resources.ts";
import type { Secret } from "../../../kernel/secret/secret.ts";
import { esoDataHash } from "../../../kernel/stores/value/eso-hashes.ts";
import { DATA_HASH_ANNOTATION } from "../model/names.ts";
import type { ObservedTarget } from "./observed-target.ts";
import { printsOf } from "./target-data.ts";

const NONE: Readonly<Record<string, never>> = {};

/** What is kept of a Secret. It reads the values and leaves them to the caller. */
export function observedTargetOf(secret: SecretObject, printKey: Secret): ObservedTarget {
  const { uid = "", resourceVersion = "", labels = {}, annotations = {}, ownerReferences = [] } = secret.metadata;
  const entries = Object.entries(secret.data ?? NONE);
  return {
    uid,
    resourceVersion,
    type: secret.type ?? "Opaque",
    immutable: secret.immutable === true,
    labels,
    annotations,
    owners: ownerReferences,
    prints: printsOf(entries, printKey),
    hashMatches: annotations[DATA_HASH_ANNOTATION] === esoDataHash(new Map(entries)),
  };
}

/** As `observedTargetOf`, and wipes the values: for watches, where nobody needs them afterwards. */
export function reduceTarget(secret: SecretObject, printKey: Secret): ObservedTarget {
  try {
    return observedTargetOf(secret, printKey);
  } finally {
    for (const value of Object.values(secret.data ?? NONE)) value.dispose();
  }
}
