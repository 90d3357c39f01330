import { KustodyError } from "../../errors.ts";
import { type Codec, metadataCodec } from "../object/codec.ts";
import type { KubeObject, PartialObjectMetadata } from "../object/object-meta.ts";
import { apiVersionOf, type Resource } from "../object/resource.ts";
import { encodeJson } from "../object/secret-json.ts";
import type { KubeTransport } from "../transport/kube-transport.ts";
import { Collection } from "./collection.ts";
import { collectionPath, objectPath, type Query, withQuery } from "./paths.ts";
import type { ApplyOptions, DeleteOptions, JsonPatch, ReadOptions, WriteOptions } from "./write-options.ts";

export type Scope = "namespace" | "cluster";

const DELETE_OPTIONS = { kind: "DeleteOptions", apiVersion: "v1" } as const;

/**
 * The objects of one kind: of one namespace (`Api<T, "namespace">`), which then cannot name anything outside it, or of
 * the cluster. Objects that are sent may hold `Secret`s, which are written as base64.
 *
 * @example
 * const secrets = kube.namespaced(Secrets, "shop");
 * const db = await secrets.get("db");
 * await secrets.apply({ metadata: { name: "db" }, data: { password } }, { fieldManager: "kustody" });
 */
export class Api<T extends KubeObject, S extends Scope = Scope> extends Collection<T> {
  readonly scope: S;

  constructor(transport: KubeTransport, codec: Codec<T>, scope: S, namespace: string | undefined) {
    super(transport, codec, namespace);
    this.scope = scope;
    // Refuses an impossible namespace here, not at the first call.
    collectionPath(codec.resource, namespace);
  }

  /** The same objects, of which only the metadata is read. */
  metadata(): Api<PartialObjectMetadata, S> {
    return new Api(this.transport, metadataCodec(this.resource), this.scope, this.namespace);
  }

  /** KST_KUBE_NOT_FOUND where there is none. */
  async get(name: string, options: ReadOptions = {}): Promise<T> {
    return await this.#call("get", "GET", name, this.#path(name), options);
  }

  /** As `get`, undefined where there is none. */
  async find(name: string, options: ReadOptions = {}): Promise<T | undefined> {
    try {
      return await this.get(name, options);
    } catch (error) {
      if (error instanceof KustodyError && error.code === "KST_KUBE_NOT_FOUND") return undefined;
      throw error;
    }
  }

  /** KST_KUBE_EXISTS where the name is taken. Not repeated when the connection is lost: look before trying again. */
  async create(object: Writable<T>, options: WriteOptions = {}): Promise<T> {
    const path = withQuery(collectionPath(this.resource, this.namespace), writeQuery(options));
    return await this.#call("create", "POST", object.metadata.name, path, { ...options, body: this.#complete(object) });
  }

  /** Puts `object` in place of what is there; KST_KUBE_CONFLICT if its resourceVersion is not the newest. */
  async replace(object: Writable<T>, options: WriteOptions = {}): Promise<T> {
    const path = withQuery(this.#path(object.metadata.name), writeQuery(options));
    return await this.#call("replace", "PUT", object.metadata.name, path, { ...options, body: this.#complete(object) });
  }

  /** Server-side apply: `object` holds just the fields that `fieldManager` decides. KST_KUBE_CONFLICT without `force`. */
  async apply(object: Writable<T>, options: ApplyOptions): Promise<T> {
    return await this.#apply(object, options, undefined);
  }

  /** Server-side apply to the status alone. */
  async applyStatus(object: Writable<T>, options: ApplyOptions): Promise<T> {
    return await this.#apply(object, options, "status");
  }

  /** RFC 6902. A `test` that fails is KST_KUBE_INVALID and changes nothing. */
  async jsonPatch(name: string, patch: JsonPatch, options: WriteOptions = {}): Promise<T> {
    const contentType = "application/json-patch+json";
    return await this.#call("patch", "PATCH", name, withQuery(this.#path(name), writeQuery(options)), {
      ...options,
      body: patch,
      contentType,
    });
  }

  /** RFC 7386: null removes a field. */
  async mergePatch(name: string, patch: Readonly<Record<string, unknown>>, options: WriteOptions = {}): Promise<T> {
    return await this.#merge(name, patch, options, undefined);
  }

  /** `mergePatch` on the status alone. */
  async mergePatchStatus(
    name: string,
    patch: Readonly<Record<string, unknown>>,
    options: WriteOptions = {},
  ): Promise<T> {
    return await this.#merge(name, patch, options, "status");
  }

  /** False where there was nothing to delete. With preconditions that don't hold: KST_KUBE_CONFLICT. */
  async delete(name: string, options: DeleteOptions = {}): Promise<boolean> {
    const { preconditions, propagationPolicy, dryRun } = options;
    try {
      await this.transport.request({
        what: this.describe("delete", name),
        method: "DELETE",
        path: this.#path(name),
        contentType: "application/json",
        // The API server reads options of a DELETE from its body or else from the query: with a body, a dryRun in the query
        // would be passed over, and the object deleted.
        body: encodeJson({ ...DELETE_OPTIONS, preconditions, propagationPolicy, dryRun: dryRun ? ["All"] : undefined }),
        secretive: this.secretive,
        signal: options.signal,
      });
      return true;
    } catch (error) {
      if (error instanceof KustodyError && error.code === "KST_KUBE_NOT_FOUND") return false;
      throw error;
    }
  }

  async #apply(object: Writable<T>, options: ApplyOptions, subresource: string | undefined): Promise<T> {
    const { name } = object.metadata;
    const path = withQuery(this.#path(name, subresource), {
      ...writeQuery(options),
      force: options.force === true ? true : undefined,
    });
    const contentType = "application/apply-patch+yaml";
    const body = this.#complete(object);
    return await this.#call("apply", "PATCH", name, path, { ...options, body, contentType, idempotent: true });
  }

  async #merge(name: string, body: unknown, options: WriteOptions, subresource: string | undefined): Promise<T> {
    const path = withQuery(this.#path(name, subresource), writeQuery(options));
    const contentType = "application/merge-patch+json";
    return await this.#call("patch", "PATCH", name, path, { ...options, body, contentType, idempotent: true });
  }

  #path(name: string, subresource?: string): string {
    const path = objectPath(this.resource, this.namespace, name);
    return subresource === undefined ? path : `${path}/${subresource}`;
  }

  #complete(object: Writable<T>): unknown {
    const { resource, namespace } = this;
    const place = namespace === undefined ? {} : { namespace };
    return {
      ...object,
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      metadata: { ...object.metadata, ...place },
    };
  }

  async #call(
    verb: string,
    method: "GET" | "POST" | "PUT" | "PATCH",
    name: string,
    path: string,
    options: ReadOptions & { readonly body?: unknown; readonly contentType?: string; readonly idempotent?: boolean },
  ): Promise<T> {
    const body = options.body === undefined ? undefined : encodeJson(options.body);
    try {
      const reply = await this.transport.request({
        what: this.describe(verb, name),
        method,
        path,
        accept: this.codec.accept,
        secretive: this.secretive,
        signal: options.signal,
        ...(options.idempotent === undefined ? {} : { idempotent: options.idempotent }),
        ...(body === undefined ? {} : { body, contentType: options.contentType ?? "application/json" }),
      });
      return this.codec.object(this.codec.parse(reply.body), options.managedFields);
    } finally {
      if (this.secretive) body?.fill(0);
    }
  }
}

/** An object to send: kind and apiVersion are the resource's, the namespace is the Api's. */
export type Writable<T extends KubeObject> = Omit<T, "apiVersion" | "kind" | "metadata"> & {
  readonly metadata: Omit<T["metadata"], "namespace">;
};

/** The resource's type. */
export type ObjectOf<R> = R extends Resource<infer T> ? T : never;

function writeQuery(options: WriteOptions & Partial<ApplyOptions>): Query {
  return { fieldManager: options.fieldManager, dryRun: options.dryRun === true ? "All" : undefined };
}
