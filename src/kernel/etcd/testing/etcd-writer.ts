import { readFileSync } from "node:fs";
import type { EtcdAccess } from "../../../lab/index.ts";
import { connectRawGrpc, type RawReply } from "../../grpc/raw-grpc.ts";
import type { TlsOptions } from "../../http/http-types.ts";
import { writeMessage } from "../../protobuf/wire-writer.ts";
import { Secret } from "../../secret/secret.ts";
import { connectEtcd, type EtcdClient } from "../etcd-client.ts";

/** Bytes or text. */
type Bytes = string | Uint8Array;

/** Writes to a lab's etcd, as only the API server does in earnest. */
export interface EtcdWriter {
  /** Many puts, each its own version; a hundred of them share one revision. */
  put(entries: Iterable<readonly [key: Bytes, value: Bytes]>): Promise<void>;
  delete(key: string): Promise<void>;
  close(): void;
}

export function tlsOf({ caFile, certFile, keyFile }: EtcdAccess): TlsOptions {
  return {
    ca: { pem: readFileSync(caFile, "utf8"), trust: "only" },
    clientCertificate: {
      certificatePem: readFileSync(certFile, "utf8"),
      keyPem: Secret.fromBytes(readFileSync(keyFile)),
    },
  };
}

export async function connectLabEtcd(access: EtcdAccess): Promise<EtcdClient> {
  return await connectEtcd({ endpoint: access.endpoint, tls: tlsOf(access) });
}

export async function openEtcdWriter(access: EtcdAccess): Promise<EtcdWriter> {
  const grpc = await connectRawGrpc({ endpoint: new URL(access.endpoint), tls: tlsOf(access), maxReplyBytes: 1e7 });
  const done = (reply: RawReply): void => {
    if ("status" in reply) throw new Error(`${reply.status}: ${reply.details}`);
  };
  const put = async (operations: Buffer[]): Promise<void> =>
    done(await grpc.call("/etcdserverpb.KV/Txn", Buffer.concat(operations), 60_000));
  return {
    async put(entries) {
      let operations: Buffer[] = [];
      for (const [key, value] of entries) {
        const request = writeMessage([
          [1, key],
          [2, value],
        ]);
        operations.push(writeMessage([[2, writeMessage([[2, request]])]]));
        if (operations.length < 100) continue;
        await put(operations);
        operations = [];
      }
      if (operations.length > 0) await put(operations);
    },
    delete: async (key) => done(await grpc.call("/etcdserverpb.KV/DeleteRange", writeMessage([[1, key]]), 60_000)),
    close: () => grpc.close(),
  };
}
