import { KustodyError } from "../../errors.ts";
import type { Collection } from "../api/collection.ts";
import { collectionPath, withQuery } from "../api/paths.ts";
import type { KubeObject } from "../object/object-meta.ts";
import { watchError } from "../transport/kube-error.ts";
import { LineSplitter } from "./line-splitter.ts";

export interface WatchOptions {
  /** Where to begin; "" together with `initialEvents` begins with what is there. */
  readonly resourceVersion: string;
  /** First an `added` for each object there is, then a bookmark with `initialEnd` (streaming list, KEP-3157). */
  readonly initialEvents?: boolean;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** After which the API server ends the watch. */
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal | undefined;
}

export type WatchEvent<T> =
  | { readonly type: "added" | "modified" | "deleted"; readonly object: T }
  | { readonly type: "bookmark"; readonly resourceVersion: string; readonly initialEnd: boolean }
  /** An object that could not be decoded; the watch goes on. */
  | { readonly type: "invalid"; readonly object: KubeObject | undefined; readonly error: KustodyError };

/** Above what etcd stores (1.5 MB), JSON's escapes and the event around it included. */
const MAX_EVENT_BYTES = 32 * 1024 * 1024;

/** The API server sends a bookmark about once a minute: two and a half minutes of silence mean a dead connection. */
const SILENCE_MILLIS = 150_000;

const TYPES: Readonly<Record<string, "added" | "modified" | "deleted">> = {
  ADDED: "added",
  MODIFIED: "modified",
  DELETED: "deleted",
};

/**
 * One watch request, from `resourceVersion` until the server ends it. Yields what arrives together as one batch.
 * Ends normally at the server's timeout; throws KST_KUBE_EXPIRED when `resourceVersion` is no longer kept.
 */
export async function* watchOnce<T extends KubeObject>(
  collection: Collection<T>,
  options: WatchOptions,
): AsyncGenerator<WatchEvent<T>[], void, undefined> {
  const { codec, resource, namespace, transport } = collection;
  const what = collection.describe("watch");
  const stream = await transport.stream({
    what,
    path: withQuery(collectionPath(resource, namespace), {
      watch: 1,
      allowWatchBookmarks: true,
      resourceVersion: options.resourceVersion || undefined,
      resourceVersionMatch: options.initialEvents === true ? "NotOlderThan" : undefined,
      sendInitialEvents: options.initialEvents === true ? true : undefined,
      timeoutSeconds: options.timeoutSeconds,
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
    }),
    accept: codec.accept,
    secretive: collection.secretive,
    timeouts: { body: SILENCE_MILLIS },
    signal: options.signal,
  });
  const splitter = new LineSplitter(MAX_EVENT_BYTES);
  for await (const chunk of stream.body) {
    const batch = splitter.push(chunk).map((line) => decodeEvent(collection, line, what));
    if (batch.length > 0) yield batch;
  }
}

function decodeEvent<T extends KubeObject>(collection: Collection<T>, line: Buffer, what: string): WatchEvent<T> {
  const { type, object } = collection.codec.parse(line) as { type?: string; object?: KubeObject };
  if (type === "ERROR") throw watchError(what, object);
  if (type === "BOOKMARK") {
    return {
      type: "bookmark",
      resourceVersion: object?.metadata.resourceVersion ?? "",
      initialEnd: object?.metadata.annotations?.["k8s.io/initial-events-end"] === "true",
    };
  }
  const known = TYPES[type ?? ""];
  if (known === undefined) throw new KustodyError("KST_KUBE_REPLY", `${what}: an event of an unknown type`);
  try {
    return { type: known, object: collection.codec.object(object) };
  } catch (error) {
    if (!(error instanceof KustodyError)) throw error;
    return { type: "invalid", object: known === "deleted" ? undefined : object, error };
  }
}
