import { type Clock, systemClock } from "../observe/clock.ts";
import { Api } from "./api/api.ts";
import { Collection } from "./api/collection.ts";
import type { Connection } from "./config/connection.ts";
import { type ConnectionOptions, findConnection } from "./config/find-connection.ts";
import { metadataCodec, objectCodec } from "./object/codec.ts";
import type { KubeObject, PartialObjectMetadata } from "./object/object-meta.ts";
import type { Resource } from "./object/resource.ts";
import { createTransport, type KubeTransport, type TransportOptions } from "./transport/kube-transport.ts";

/**
 * One API server. Scope is part of the type: what is bound to a namespace cannot reach beyond it, and what spans
 * namespaces cannot address an object by name (ESO's CVE-2025-55196 was a list without its namespace).
 */
export interface Kube {
  /** Where commands look when no namespace is named. */
  readonly namespace: string;
  readonly context: string | undefined;
  readonly server: string;
  readonly transport: KubeTransport;
  readonly clock: Clock;
  namespaced<T extends KubeObject>(resource: Resource<T, true>, namespace: string): Api<T, "namespace">;
  cluster<T extends KubeObject>(resource: Resource<T, false>): Api<T, "cluster">;
  /** Lists and watches across all namespaces. */
  allNamespaces<T extends KubeObject>(resource: Resource<T, true>): Collection<T>;
  /** As `allNamespaces`, of which the server sends only the metadata. */
  allMetadata(resource: Resource): Collection<PartialObjectMetadata>;
  close(): Promise<void>;
}

/** The client for a connection. Nothing is sent before the first call. */
export function createKube(connection: Connection, options: TransportOptions = {}): Kube {
  const transport = createTransport(connection, options);
  return {
    namespace: connection.namespace,
    context: connection.context,
    server: connection.server,
    transport,
    clock: options.clock ?? systemClock,
    namespaced: (resource, namespace) => new Api(transport, objectCodec(resource), "namespace", namespace),
    cluster: (resource) => new Api(transport, objectCodec(resource), "cluster", undefined),
    allNamespaces: (resource) => new Collection(transport, objectCodec(resource), undefined),
    allMetadata: (resource) => new Collection(transport, metadataCodec(resource), undefined),
    close: () => transport.close(),
  };
}

/**
 * The client for the cluster that kubeconfig, flags and environment name.
 *
 * @example
 * const kube = await connectKube({ env, context: "staging" });
 * for await (const page of kube.allNamespaces(Pods).pages()) console.log(page.items.length);
 */
export async function connectKube(options: ConnectionOptions & TransportOptions): Promise<Kube> {
  return createKube(await findConnection(options), options);
}
