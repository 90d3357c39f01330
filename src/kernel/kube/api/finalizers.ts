import { KustodyError } from "../../errors.ts";
import { backoff } from "../../http/retry-policy.ts";
import { systemClock } from "../../observe/clock.ts";
import type { KubeObject, ObjectMeta } from "../object/object-meta.ts";
import type { Api, Scope } from "./api.ts";
import type { JsonPatch } from "./write-options.ts";

/** A patch only fails for a change between reading and patching; so many in a row mean something else is wrong. */
const ATTEMPTS = 15;
/** Between attempts, by chance, so that of many rivals none is the loser each time. */
const RETRY = { base: 10, cap: 500 };

/**
 * Adds `finalizer` if it is not there, as one JSON patch that first tests what was read, so that a finalizer which
 * somebody else adds or removes at the same time is never lost. False where the object is gone or being deleted.
 */
export async function addFinalizer<T extends KubeObject, S extends Scope>(
  api: Api<T, S>,
  name: string,
  finalizer: string,
): Promise<boolean> {
  return await edit(api, name, (meta) => {
    if (meta.deletionTimestamp !== undefined) return false;
    return meta.finalizers?.includes(finalizer) ? true : additionPatch(meta, finalizer);
  });
}

/**
 * Removes `finalizer`, in the same manner. True when it is not there any more, also because the object is gone.
 * `uid` keeps it from touching a namesake.
 */
export async function removeFinalizer<T extends KubeObject, S extends Scope>(
  api: Api<T, S>,
  name: string,
  finalizer: string,
  uid?: string,
): Promise<boolean> {
  await edit(api, name, (meta) => {
    const index = meta.finalizers?.indexOf(finalizer) ?? -1;
    return index < 0 || (uid !== undefined && meta.uid !== uid) ? true : removalPatch(meta, finalizer, index);
  });
  return true;
}

/** Pure. `test` on the whole list, for an index could mean another entry by now. */
export function additionPatch(meta: ObjectMeta, finalizer: string): JsonPatch {
  const present = meta.finalizers !== undefined && meta.finalizers.length > 0;
  return [
    { op: "test", path: "/metadata/uid", value: meta.uid },
    { op: "test", path: "/metadata/finalizers", value: present ? meta.finalizers : null },
    present
      ? { op: "add", path: "/metadata/finalizers/-", value: finalizer }
      : { op: "add", path: "/metadata/finalizers", value: [finalizer] },
  ];
}

/** Pure. The `test` on the entry itself is enough here: other entries may come and go behind it. */
export function removalPatch(meta: ObjectMeta, finalizer: string, index: number): JsonPatch {
  return [
    { op: "test", path: "/metadata/uid", value: meta.uid },
    { op: "test", path: `/metadata/finalizers/${index}`, value: finalizer },
    { op: "remove", path: `/metadata/finalizers/${index}` },
  ];
}

/** Reads, decides and patches until the patch meets what was read. False where the object is gone. */
async function edit<T extends KubeObject, S extends Scope>(
  api: Api<T, S>,
  name: string,
  decide: (meta: ObjectMeta) => JsonPatch | boolean,
): Promise<boolean> {
  const metadata = api.metadata();
  for (let attempt = 1; ; attempt++) {
    const object = await metadata.find(name);
    if (object === undefined) return false;
    const decision = decide(object.metadata);
    if (typeof decision === "boolean") return decision;
    try {
      await metadata.jsonPatch(name, decision);
      return true;
    } catch (error) {
      if (!(error instanceof KustodyError)) throw error;
      if (error.code === "KST_KUBE_NOT_FOUND") return false;
      const raced = error.code === "KST_KUBE_INVALID" || error.code === "KST_KUBE_CONFLICT";
      if (!raced || attempt === ATTEMPTS) throw error;
      await systemClock.sleep(backoff(RETRY, attempt, Math.random()));
    }
  }
}
