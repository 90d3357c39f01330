/** What the rest of Kustody imports of the Kubernetes client; README.md says what it promises. */

export { type AccessAnswer, type AccessAttributes, canI, canSubject, type Subject } from "./access/access-review.ts";
export { type SecretHeader, secretHeaders } from "./access/secret-headers.ts";
export { type ServerVersion, serverVersion, servesResource } from "./access/server-facts.ts";
export { type BoundToken, requestToken, type TokenRequest } from "./access/service-account-token.ts";
export { Api, type ObjectOf, type Writable } from "./api/api.ts";
export { Collection, type ListOptions, type Page } from "./api/collection.ts";
export { addFinalizer, removeFinalizer } from "./api/finalizers.ts";
export type { ApplyOptions, DeleteOptions, JsonPatch, ReadOptions, WriteOptions } from "./api/write-options.ts";
export type { Connection } from "./config/connection.ts";
export { type ConnectionOptions, findConnection } from "./config/find-connection.ts";
export type { EventNews, Reporter } from "./events/event-record.ts";
export { createEventRecorder, type EventRecorder } from "./events/event-recorder.ts";
export { connectKube, createKube, type Kube } from "./kube.ts";
export { type LeadOptions, lead } from "./leader/lead.ts";
export { defaultLeaseTimes, type LeaseTimes } from "./leader/lease-record.ts";
export {
  type KubeObject,
  keyOf,
  type ObjectMeta,
  type ObjectRef,
  type PartialObjectMetadata,
  refOf,
} from "./object/object-meta.ts";
export { apiVersionOf, clusterResource, namespacedResource, type Resource, resourceName } from "./object/resource.ts";
export * from "./object/resources.ts";
export type { Next, Reconcile } from "./queue/reconcile.ts";
export { WorkQueue, type WorkQueueOptions } from "./queue/work-queue.ts";
export type { Change } from "./watch/object-store.ts";
export { type Reflector, type ReflectorOptions, reflect } from "./watch/reflector.ts";
