import { KustodyError } from "../../errors.ts";
import { deadline } from "../../http/deadline.ts";
import { type Codec, isSecretive } from "../object/codec.ts";
import { findStrings } from "../object/find-strings.ts";
import type { KubeObject } from "../object/object-meta.ts";
import { type Resource, resourceName } from "../object/resource.ts";
import type { KubeTransport } from "../transport/kube-transport.ts";
import { collectionPath, withQuery } from "./paths.ts";

export interface ListOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Objects in one reply; default 500. 0 asks for all in one. */
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

export interface Page<T> {
  readonly items: T[];
  /** Of the whole list, for a watch that begins where it ends. */
  readonly resourceVersion: string;
  /** Objects that could not be decoded: they don't hide the others. */
  readonly invalid: readonly KustodyError[];
}

/** What can be read of a resource in one namespace, or in all: it takes no name, so it cannot address one object. */
export class Collection<T extends KubeObject> {
  readonly resource: Resource;
  readonly transport: KubeTransport;
  readonly codec: Codec<T>;
  /** Undefined: the whole cluster. */
  readonly namespace: string | undefined;

  constructor(transport: KubeTransport, codec: Codec<T>, namespace: string | undefined) {
    this.transport = transport;
    this.codec = codec;
    this.resource = codec.resource;
    this.namespace = namespace;
  }

  /** For messages. */
  describe(verb: string, name?: string): string {
    const where = this.namespace === undefined ? "" : `${this.namespace}/`;
    return `${verb} ${resourceName(this.resource)} ${where}${name ?? ""}`.trimEnd();
  }

  get secretive(): boolean {
    return isSecretive(this.resource);
  }

  /**
   * The list page by page, so that only one page is in memory. All pages show the cluster at the first page's time.
   * When reading takes so long that the API server forgets that time, it is KST_KUBE_EXPIRED: begin again.
   */
  async *pages(options: ListOptions = {}): AsyncGenerator<Page<T>, void, undefined> {
    // Ends the request under way when the caller leaves the loop early.
    using limit = deadline(0, options.signal);
    try {
      let next: Promise<Buffer> | undefined = this.#fetch(options, undefined, limit.signal);
      while (next !== undefined) {
        const body: Buffer = await next;
        const token = continueToken(body);
        // The server works on the next page while we decode this one.
        next = token === undefined ? undefined : this.#fetch(options, token, limit.signal);
        next?.catch(() => {});
        yield this.#decode(body);
      }
    } finally {
      limit.abort();
    }
  }

  /** All pages together. Begins again, twice at most, when the API server no longer knows the first page's time. */
  async list(options: ListOptions = {}): Promise<Page<T>> {
    for (let attempt = 1; ; attempt++) {
      try {
        const items: T[] = [];
        const invalid: KustodyError[] = [];
        let resourceVersion = "";
        for await (const page of this.pages(options)) {
          for (const item of page.items) items.push(item);
          invalid.push(...page.invalid);
          resourceVersion = page.resourceVersion;
        }
        return { items, resourceVersion, invalid };
      } catch (error) {
        if (attempt === 3 || !(error instanceof KustodyError) || error.code !== "KST_KUBE_EXPIRED") throw error;
      }
    }
  }

  async #fetch(options: ListOptions, token: string | undefined, signal: AbortSignal): Promise<Buffer> {
    const limit = options.pageSize ?? 500;
    const { body } = await this.transport.request({
      what: this.describe("list"),
      path: withQuery(collectionPath(this.resource, this.namespace), {
        labelSelector: options.labelSelector,
        fieldSelector: options.fieldSelector,
        limit: limit === 0 ? undefined : limit,
        continue: token,
      }),
      accept: this.codec.listAccept,
      secretive: this.secretive,
      signal,
    });
    return body;
  }

  #decode(body: Buffer): Page<T> {
    const { items, metadata } = this.codec.parse(body) as RawList;
    const invalid: KustodyError[] = [];
    const decoded: T[] = [];
    for (const item of items ?? []) {
      try {
        decoded.push(this.codec.object(item));
      } catch (error) {
        if (!(error instanceof KustodyError)) throw error;
        invalid.push(error);
      }
    }
    return { items: decoded, invalid, resourceVersion: metadata.resourceVersion ?? "" };
  }
}

/**
 * Where the next page begins. A built-in kind's list has its own metadata before its items, so reading the beginning is
 * enough; a custom resource's list has it after them.
 */
function continueToken(body: Buffer): string | undefined {
  let seen = false;
  const wanted = (path: readonly string[]): boolean => path[0] === "metadata" || (seen && path[0] === "items");
  for (const { start, end, path } of findStrings(body, wanted)) {
    if (path[0] === "items") return undefined;
    if (path[1] === "continue") return start === end ? undefined : body.toString("latin1", start, end);
    seen = true;
  }
  return undefined;
}

interface RawList {
  readonly items: unknown[] | null;
  readonly metadata: { readonly resourceVersion?: string };
}
