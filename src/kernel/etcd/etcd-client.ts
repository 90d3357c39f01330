import { KustodyError } from "../errors.ts";
import { connectRawGrpc, type RawGrpc, type RawReply } from "../grpc/raw-grpc.ts";
import type { TlsOptions } from "../http/http-types.ts";
import { BYTES, WireReader } from "../protobuf/wire-reader.ts";
import { writeMessage } from "../protobuf/wire-writer.ts";
import { KeyValue } from "./key-value.ts";

/** Where one member is. */
export interface EtcdAddress {
  /** `https://10.0.0.1:2379` */
  readonly endpoint: string;
  readonly tls: TlsOptions;
}

export interface EtcdStatus {
  readonly version: string;
  /** Bytes of the database's file, and of those what is not free. */
  readonly size: number;
  readonly sizeInUse: number;
  readonly revision: number;
}

/** One etcd member, over its gRPC API (etcd 3.4 and newer). */
export interface EtcdClient {
  readonly endpoint: string;
  status(): Promise<EtcdStatus>;
  /**
   * The newest version of every key from `prefix` on that begins with it, in the order of keys and as of one revision, page by
   * page; `onEach` gets each. When etcd forgets that revision meanwhile, it goes on with a newer one.
   */
  walk(prefix: string, onEach: (record: KeyValue) => void): AsyncGenerator<WalkPage, void, undefined>;
  /** The newest version of the first key that begins with `prefix`; false where there is none. */
  first(prefix: string, onFound: (record: KeyValue) => void): Promise<boolean>;
  /** Forgets what is older than `revision`, and resolves when it is gone from the database. */
  compact(revision: number): Promise<void>;
  /** Gives free pages back to the disk. The member answers nobody meanwhile. */
  defragment(): Promise<void>;
  /** The bytes of a snapshot, its SHA-256 at the end. */
  snapshot(): AsyncGenerator<Buffer, void, undefined>;
  close(): void;
}

export interface WalkPage {
  readonly records: number;
  readonly bytes: number;
  /** As of which revision. */
  readonly revision: number;
}

const MAX_REPLY = 256 * 1024 * 1024;
/** What a page aims at; etcd counts the whole range anew for each page, so small ones make large ranges slow. */
const PAGE_BYTES = 8 * 1024 * 1024;
const FIRST_PAGE = 500;
/** Behind small objects large ones may come: a mebibyte each, with Helm's releases, which etcd would have to send at once. */
const LARGEST_PAGE = 2_000;
const SECONDS = 1000;

/** Errors of all calls: KST_ETCD_UNREACHABLE, KST_ETCD_REFUSED. */
export async function connectEtcd({ endpoint, tls }: EtcdAddress): Promise<EtcdClient> {
  const grpc = await connectRawGrpc({ endpoint: parseEndpoint(endpoint), tls, maxReplyBytes: MAX_REPLY });
  return new RawEtcd(endpoint, grpc);
}

class RawEtcd implements EtcdClient {
  readonly endpoint: string;
  readonly #grpc: RawGrpc;

  constructor(endpoint: string, grpc: RawGrpc) {
    this.endpoint = endpoint;
    this.#grpc = grpc;
  }

  async status(): Promise<EtcdStatus> {
    const bytes = await this.#call("etcdserverpb.Maintenance/Status", writeMessage([]), 10 * SECONDS);
    const status = { version: "", size: 0, sizeInUse: 0, revision: 0 };
    const reader = new WireReader(bytes);
    while (reader.next()) {
      if (reader.field === 1) status.revision = revisionOf(bytes, reader);
      else if (reader.field === 2) status.version = bytes.toString("utf8", reader.start, reader.end);
      else if (reader.field === 3) status.size = reader.number;
      else if (reader.field === 9) status.sizeInUse = reader.number;
    }
    return status;
  }

  async *walk(prefix: string, onEach: (record: KeyValue) => void): AsyncGenerator<WalkPage, void, undefined> {
    const end = successorOf(Buffer.from(prefix));
    const record = new KeyValue();
    let from = Buffer.from(prefix);
    let revision = 0;
    let limit = FIRST_PAGE;
    for (;;) {
      const request = writeMessage([
        [1, from],
        [2, end],
        [3, limit],
        [4, revision],
      ]);
      const reply = await this.#grpc.call("/etcdserverpb.KV/Range", request, 60 * SECONDS);
      if ("status" in reply) {
        if (reply.status === "RESOURCE_EXHAUSTED" && limit > 1) limit = Math.ceil(limit / 4);
        // Compacted meanwhile: the rest is read as of a newer revision.
        else if (reply.status === "OUT_OF_RANGE" && revision !== 0) revision = 0;
        else throw this.#refused("read keys", reply);
        continue;
      }
      const page = readPage(reply.bytes, record, onEach);
      // What may have been secret is not left for the garbage collector to find.
      reply.bytes.fill(0);
      revision = page.revision;
      yield { records: page.records, bytes: reply.bytes.length, revision };
      if (page.last === undefined) return;
      from = Buffer.concat([page.last, Buffer.of(0)]);
      limit = nextLimit(page.records, reply.bytes.length);
    }
  }

  async first(prefix: string, onFound: (record: KeyValue) => void): Promise<boolean> {
    const from = Buffer.from(prefix);
    const request = writeMessage([
      [1, from],
      [2, successorOf(from)],
      [3, 1],
    ]);
    const bytes = await this.#call("etcdserverpb.KV/Range", request, 60 * SECONDS);
    const { records } = readPage(bytes, new KeyValue(), onFound);
    bytes.fill(0);
    return records > 0;
  }

  async compact(revision: number): Promise<void> {
    const request = writeMessage([
      [1, revision],
      [2, true],
    ]);
    const reply = await this.#grpc.call("/etcdserverpb.KV/Compact", request, 600 * SECONDS);
    // Somebody else, most often the API server, compacted further already.
    if ("status" in reply && reply.status !== "OUT_OF_RANGE") throw this.#refused("compact", reply);
  }

  async defragment(): Promise<void> {
    await this.#call("etcdserverpb.Maintenance/Defragment", writeMessage([]), 3600 * SECONDS);
  }

  async *snapshot(): AsyncGenerator<Buffer, void, undefined> {
    for await (const reply of this.#grpc.stream("/etcdserverpb.Maintenance/Snapshot", writeMessage([]))) {
      if ("status" in reply) throw this.#refused("take a snapshot", reply);
      const reader = new WireReader(reply.bytes);
      while (reader.next())
        if (reader.field === 3 && reader.wire === BYTES) yield reply.bytes.subarray(reader.start, reader.end);
    }
  }

  close(): void {
    this.#grpc.close();
  }

  async #call(method: string, request: Buffer, timeoutMillis: number): Promise<Buffer> {
    const reply = await this.#grpc.call(`/${method}`, request, timeoutMillis);
    if ("status" in reply) throw this.#refused(method.slice(method.indexOf("/") + 1).toLowerCase(), reply);
    return reply.bytes;
  }

  #refused(what: string, { status, details }: Exclude<RawReply, { bytes: Buffer }>): KustodyError {
    const text = `etcd at ${this.endpoint}: ${what}: ${details.slice(0, 500)}`;
    if (status !== "UNAVAILABLE" && status !== "DEADLINE_EXCEEDED") {
      return new KustodyError("KST_ETCD_REFUSED", text, {
        hint: "the certificate may lack the right, or a proxy stands in etcd's place; see etcd's log",
      });
    }
    return new KustodyError("KST_ETCD_UNREACHABLE", text, {
      hint: "check the address, and that --cacert, --cert and --key are those of etcd's own CA (kubeadm: /etc/kubernetes/pki/etcd)",
      retry: "backoff",
    });
  }
}

/** Hands the records of a RangeResponse out. `last` is the last key, where more follow. */
function readPage(
  bytes: Buffer,
  record: KeyValue,
  onEach: (record: KeyValue) => void,
): { records: number; revision: number; last: Buffer | undefined } {
  const reader = new WireReader(bytes);
  let records = 0;
  let revision = 0;
  let more = false;
  let last: Buffer | undefined;
  while (reader.next()) {
    if (reader.field === 1) revision = revisionOf(bytes, reader);
    else if (reader.field === 3) more = reader.number !== 0;
    else if (reader.field === 2 && record.read(bytes, reader.start, reader.end)) {
      records++;
      onEach(record);
      last = bytes.subarray(record.keyStart, record.keyEnd);
    }
  }
  return { records, revision, last: more && last !== undefined ? Buffer.from(last) : undefined };
}

/** Of the ResponseHeader in which `reader` stands. */
function revisionOf(bytes: Buffer, { start, end }: WireReader): number {
  const header = new WireReader(bytes, start, end);
  while (header.next()) if (header.field === 3) return header.number;
  return 0;
}

/** Pure. */
export function nextLimit(records: number, bytes: number): number {
  const fitting = Math.floor((PAGE_BYTES / Math.max(bytes, 1)) * Math.max(records, 1));
  return Math.min(LARGEST_PAGE, Math.max(1, fitting));
}

/** The least key that comes after all that begin with `prefix`. */
function successorOf(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix);
  for (let at = end.length - 1; at >= 0; at--) {
    const byte = end[at] ?? 0;
    if (byte < 0xff) {
      end[at] = byte + 1;
      return end.subarray(0, at + 1);
    }
  }
  return Buffer.of(0);
}

function parseEndpoint(endpoint: string): URL {
  const text = /^https?:\/\//.test(endpoint) ? endpoint : `https://${endpoint}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.username === "" && url.password === "" && url.pathname === "/" && url.hostname !== "";
  if (url !== undefined && isPlain) return url;
  throw new KustodyError("KST_USAGE", `"${endpoint.slice(0, 100)}" is no address of etcd`, {
    hint: "write it like https://127.0.0.1:2379",
  });
}
