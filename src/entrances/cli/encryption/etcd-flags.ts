import type { Command } from "commander";
import { KustodyError } from "../../../kernel/errors.ts";
import { connectEtcd, type EtcdClient } from "../../../kernel/etcd/etcd-client.ts";
import type { TlsOptions } from "../../../kernel/http/http-types.ts";
import { Secret } from "../../../kernel/secret/secret.ts";
import { readInputFile } from "./read-input-file.ts";

/** How to reach etcd, in etcdctl's words. */
export interface EtcdFlags {
  readonly etcd?: readonly string[];
  readonly cacert?: string;
  readonly cert?: string;
  readonly key?: string;
}

export function addEtcdFlags(command: Command): void {
  command
    .option("--etcd <url...>", "an etcd member, such as https://127.0.0.1:2379; all of them for defragmentation")
    .option("--cacert <file>", "etcd's own CA")
    .option("--cert <file>", "client certificate for etcd")
    .option("--key <file>", "its key");
}

/** Runs `work` with a client for each member that `--etcd` names; with none where it names none. */
export async function withEtcd<T>(flags: EtcdFlags, work: (members: readonly EtcdClient[]) => Promise<T>): Promise<T> {
  const endpoints = (flags.etcd ?? []).flatMap((list) => list.split(",")).filter((endpoint) => endpoint !== "");
  const tls = endpoints.length === 0 ? {} : await tlsOf(flags);
  const members: EtcdClient[] = [];
  try {
    for (const endpoint of endpoints) members.push(await connectEtcd({ endpoint, tls }));
    return await work(members);
  } finally {
    for (const member of members) member.close();
  }
}

/** The first member that answers; undefined where none was named. Errors: of the last one, where none answers. */
export async function answering(members: readonly EtcdClient[]): Promise<EtcdClient | undefined> {
  let failure: unknown;
  for (const member of members) {
    try {
      await member.status();
      return member;
    } catch (error) {
      failure = error;
    }
  }
  if (failure !== undefined) throw failure;
  return undefined;
}

async function tlsOf({ cacert, cert, key }: EtcdFlags): Promise<TlsOptions> {
  if ((cert === undefined) !== (key === undefined)) {
    throw new KustodyError("KST_USAGE", "--cert and --key belong together");
  }
  return {
    ...(cacert === undefined ? {} : { ca: { pem: (await readInputFile(cacert)).toString("latin1"), trust: "only" } }),
    ...(cert === undefined || key === undefined
      ? {}
      : {
          clientCertificate: {
            certificatePem: (await readInputFile(cert)).toString("latin1"),
            keyPem: Secret.fromBytes(await readInputFile(key)),
          },
        }),
  };
}
