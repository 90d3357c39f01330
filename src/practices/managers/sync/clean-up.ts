import type { OwnerReference } from "../../../kernel/kube/object/object-meta.ts";
import { CLEANUP_FINALIZER, CREATED_BY_LABEL, createdByOf } from "../model/names.ts";
import type { ExternalSecret } from "../model/resources.ts";
import type { ObservedTarget } from "./observed-target.ts";
import type { ParsedExternalSecret } from "./parsed-external-secret.ts";
import type { News, SyncPorts } from "./ports.ts";
import type { SyncMemory } from "./sync-memory.ts";

/**
 * The object is being deleted. Its target goes with it by its owner reference; deletionPolicy Delete is the only case in
 * which we delete it ourselves, and only one that we own.
 */
export async function cleanUp(
  object: ExternalSecret,
  parsed: ParsedExternalSecret,
  ports: SyncPorts,
  memory: SyncMemory,
  signal: AbortSignal,
): Promise<void> {
  if (!object.metadata.finalizers?.includes(CLEANUP_FINALIZER)) return;
  if (parsed.deletionPolicy === "Delete") await deleteOwn(object, parsed.targetName, ports, memory, signal);
  await ports.writes.removeCleanup(object, signal);
  const { namespace = "", name } = object.metadata;
  ports.metrics.forget({ namespace, name });
}

/** Nothing is left at the store, and deletionPolicy is Delete. */
export async function deleteEmptied(
  object: ExternalSecret,
  parsed: ParsedExternalSecret,
  ports: SyncPorts,
  memory: SyncMemory,
  signal: AbortSignal,
): Promise<News[]> {
  if (!(await deleteOwn(object, parsed.targetName, ports, memory, signal))) return [];
  return [told("secret deleted due to DeletionPolicy=Delete")];
}

/** `spec.target.name` was changed: the Secret that we created under the former name goes. */
export async function removeOrphans(
  object: ExternalSecret,
  parsed: ParsedExternalSecret,
  ports: SyncPorts,
  memory: SyncMemory,
  signal: AbortSignal,
): Promise<void> {
  const { namespace = "", name } = object.metadata;
  for (const orphan of ports.cluster.ownedBy({ namespace, name })) {
    if (orphan === parsed.targetName) continue;
    const deleted = await deleteOwn(object, orphan, ports, memory, signal);
    if (deleted) ports.writes.tell(object, told("orphaned secret deleted"));
  }
}

/** Deletes the Secret if it is the one that the watch showed and this object owns it. */
async function deleteOwn(
  object: ExternalSecret,
  name: string,
  ports: SyncPorts,
  memory: SyncMemory,
  signal: AbortSignal,
): Promise<boolean> {
  const { namespace = "" } = object.metadata;
  const ref = { namespace, name };
  const observed = memory.target(ref, ports.cluster.target(ref));
  if (observed === undefined || !owns(object, observed)) return false;
  const deleted = await ports.writes.deleteTarget(ref, observed.uid, signal);
  memory.forgetTarget(ref);
  return deleted;
}

function owns(object: ExternalSecret, { owners, labels }: ObservedTarget): boolean {
  const { namespace = "", name, uid } = object.metadata;
  const isOwner = ({ kind, name: owner, uid: ownerUid, controller }: OwnerReference): boolean =>
    controller === true && kind === object.kind && owner === name && ownerUid === uid;
  return owners.some(isOwner) && labels[CREATED_BY_LABEL] === createdByOf(namespace, name);
}

function told(note: string): News {
  return { type: "Normal", reason: "Deleted", action: "Delete", note };
}
