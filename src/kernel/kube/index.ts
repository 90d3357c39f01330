/** What the rest of Kustody imports of the Kubernetes client; README.md says what it promises. */
export { Api, type ObjectOf, type Writable } from "./api/api.ts";
export { Collection, type ListOptions, type Page } from "./api/collection.ts";
export type { ApplyOptions, DeleteOptions, JsonPatch, ReadOptions, WriteOptions } from "./api/write-options.ts";
export type { Connection } from "./config/connection.ts";
export { type ConnectionOptions, findConnection } from "./config/find-connection.ts";
export { connectKube, createKube, type Kube } from "./kube.ts";
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
