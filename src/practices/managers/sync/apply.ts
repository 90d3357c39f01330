import type { Api } from "../../../kernel/kube/api/api.ts";
import { additionPatch, removeFinalizer } from "../../../kernel/kube/api/finalizers.ts";
import type { EventRecorder } from "../../../kernel/kube/events/event-recorder.ts";
import type { Kube } from "../../../kernel/kube/kube.ts";
import type { KubeObject } from "../../../kernel/kube/object/object-meta.ts";
import type { Resource } from "../../../kernel/kube/object/resource.ts";
import { Secrets } from "../../../kernel/kube/object/resources.ts";
import type { CallGate } from "../../../kernel/kube/queue/call-gate.ts";
import type { Secret } from "../../../kernel/secret/secret.ts";
import { CLEANUP_FINALIZER } from "../model/names.ts";
import { ClusterSecretStores, ExternalSecrets, type SecretStore, SecretStores } from "../model/resources.ts";
import { fetchTarget } from "./fetch-target.ts";
import type { ClusterWrites, TargetWrite, Written } from "./ports.ts";
import { fetchTemplates } from "./template/fetch-templates.ts";

/**
 * What the engine changes, on the API server. Replies are asked for as metadata only, since nobody reads the rest; calls
 * pass a gate that lets as many through as the API server answers well.
 */
export function createClusterWrites(parts: {
  readonly kube: Kube;
  readonly gate: CallGate;
  readonly events: EventRecorder;
  readonly printKey: Secret;
}): ClusterWrites {
  const { kube, gate, events, printKey } = parts;
  const metadataOf = <T extends KubeObject>(resource: Resource<T, true>, namespace: string | undefined) =>
    kube.namespaced(resource, namespace ?? "").metadata();
  const objects = ({ metadata }: KubeObject) => metadataOf(ExternalSecrets, metadata.namespace);
  return {
    async addCleanup(object, needed, signal) {
      const patch = additionPatch(object.metadata, CLEANUP_FINALIZER);
      const call = () => objects(object).jsonPatch(object.metadata.name, patch, { signal });
      await gate.run(call, needed ? "usual" : "later");
    },
    async removeCleanup(object, signal) {
      const { name, uid, namespace = "" } = object.metadata;
      signal.throwIfAborted();
      await gate.run(() => removeFinalizer(kube.namespaced(ExternalSecrets, namespace), name, CLEANUP_FINALIZER, uid));
    },
    fetchTemplates: (object, namespace, signal) => gate.run(() => fetchTemplates(kube, object, namespace, signal)),
    fetchTarget: (ref, manager, signal) => gate.run(() => fetchTarget(kube, ref, manager, printKey, signal)),
    async createTarget(write, signal) {
      const { fieldManager } = write;
      const body = { ...fieldsOf(write), type: write.type };
      return written(await gate.run(() => metadataOf(Secrets, write.namespace).create(body, { fieldManager, signal })));
    },
    async updateTarget(write, resourceVersion, signal) {
      const { metadata, ...rest } = fieldsOf(write);
      const { name, fieldManager, stale } = write;
      const labels = { ...metadata.labels, ...taken(stale.labels) };
      const annotations = { ...metadata.annotations, ...taken(stale.annotations) };
      const patch = { ...rest, metadata: { ...metadata, labels, annotations, resourceVersion } };
      return written(
        await gate.run(() => metadataOf(Secrets, write.namespace).mergePatch(name, patch, { fieldManager, signal })),
      );
    },
    deleteTarget: (ref, uid, signal) =>
      gate.run(() => metadataOf(Secrets, ref.namespace).delete(ref.name, { preconditions: { uid }, signal })),
    async patchStatus(object, status, signal) {
      const patched = await gate.run(() =>
        objects(object).mergePatchStatus(object.metadata.name, { status }, { signal }),
      );
      return patched.metadata.resourceVersion ?? "";
    },
    async patchStoreStatus(store, status, signal) {
      await gate.run(() => storeApi(kube, store).mergePatchStatus(store.metadata.name, { status }, { signal }));
    },
    tell: (regarding, news) => events.tell({ regarding, ...news }),
  };
}

function storeApi(kube: Kube, { kind, metadata }: SecretStore): Api<KubeObject> {
  return kind === "ClusterSecretStore"
    ? kube.cluster(ClusterSecretStores).metadata()
    : kube.namespaced(SecretStores, metadata.namespace ?? "").metadata();
}

function fieldsOf({ name, labels, annotations, owners, data, immutable }: TargetWrite) {
  const metadata = { name, labels, annotations, ...(owners === undefined ? {} : { ownerReferences: owners }) };
  return { metadata, data, ...(immutable ? { immutable } : {}) };
}

/** In a merge patch null takes a member away. */
function taken(names: readonly string[]): Record<string, null> {
  return Object.fromEntries(names.map((name) => [name, null]));
}

function written({ metadata }: KubeObject): Written {
  return { uid: metadata.uid ?? "", resourceVersion: metadata.resourceVersion ?? "" };
}
