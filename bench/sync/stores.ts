import { createHttpClient } from "../../src/kernel/http/http-client.ts";
import { type Kube, Secrets } from "../../src/kernel/kube/index.ts";
import { Secret } from "../../src/kernel/secret/secret.ts";
import { AwsRig, READER } from "../../src/kernel/stores/aws/testing/aws-rig.ts";
import { startVault } from "../../src/lab/index.ts";
import { ClusterSecretStores } from "../../src/practices/managers/model/resources.ts";

/** Remote keys 0…distinct-1, and a ClusterSecretStore named `bench` that reads them. */
export interface BenchStore {
  install(): Promise<void>;
  remoteRef(n: number): object;
  /** What the operator's environment has to say of it. */
  readonly env?: Readonly<Record<string, string>>;
  /** Calls that it answered since this was last asked. */
  calls?(): string;
  close(): Promise<void>;
}

const valueOf = (n: number): string => `value-of-${n}-${"x".repeat(16)}`;

export async function openBenchStore(kind: string, distinct: number, kube: Kube): Promise<BenchStore> {
  if (kind === "fake") return fakeBench(distinct, kube);
  if (kind === "vault") return await vaultBench(distinct, kube);
  if (kind === "aws") return await awsBench(distinct, kube);
  throw new Error(`--store ${kind} is not known; it is fake, vault or aws`);
}

function fakeBench(distinct: number, kube: Kube): BenchStore {
  return {
    install: async () => {
      const data = Array.from({ length: distinct }, (_, n) => ({ key: `key-${n}`, value: valueOf(n) }));
      const spec = { provider: { fake: { data } } };
      await kube.cluster(ClusterSecretStores).create({ metadata: { name: "bench" }, spec });
    },
    remoteRef: (n) => ({ key: `key-${n}` }),
    close: async () => {},
  };
}

/** A real Vault, kv version 2, read with a token. */
async function vaultBench(distinct: number, kube: Kube): Promise<BenchStore> {
  const vault = await startVault();
  const client = createHttpClient({
    baseUrl: vault.url,
    tls: { ca: { pem: vault.caPem, trust: "only" } },
    headers: { "x-vault-token": vault.rootToken, "content-type": "application/json" },
  });
  const put = async (path: string, body: object): Promise<void> => {
    const reply = await client.request({ method: "POST", path: `/v1/${path}`, body: JSON.stringify(body) });
    if (reply.status >= 300) throw new Error(`Vault answered ${reply.status} to ${path}`);
  };
  return {
    install: async () => {
      await put("sys/mounts/bench", { type: "kv", options: { version: "2" } });
      for (let n = 0; n < distinct; n++) await put(`bench/data/key-${n}`, { data: { value: valueOf(n) } });
      const token = { name: "vault-token", namespace: "default", key: "token" };
      await kube.namespaced(Secrets, "default").create({
        metadata: { name: token.name },
        data: { token: vault.rootToken },
      });
      const caBundle = Buffer.from(vault.caPem).toString("base64");
      const spec = {
        provider: { vault: { server: vault.url, path: "bench", caBundle, auth: { tokenSecretRef: token } } },
      };
      await kube.cluster(ClusterSecretStores).create({ metadata: { name: "bench" }, spec });
    },
    remoteRef: (n) => ({ key: `key-${n}`, property: "value" }),
    close: async () => {
      await client.close();
      await vault.stop();
    },
  };
}

/** Secrets Manager as moto plays it, behind the tests' gate, which judges signatures and counts calls. */
async function awsBench(distinct: number, kube: Kube): Promise<BenchStore> {
  const aws = await AwsRig.start();
  const { endpoint } = aws.gate;
  return {
    env: { AWS_SECRETSMANAGER_ENDPOINT: endpoint, AWS_STS_ENDPOINT: endpoint, AWS_SSM_ENDPOINT: endpoint },
    install: async () => {
      for (let n = 0; n < distinct; n++) await aws.put(`key-${n}`, valueOf(n));
      await kube.namespaced(Secrets, "default").create({
        metadata: { name: "aws" },
        data: { id: Secret.fromText(READER.id), key: Secret.fromText(READER.secret) },
      });
      const selector = (key: string) => ({ name: "aws", namespace: "default", key });
      const secretRef = { accessKeyIDSecretRef: selector("id"), secretAccessKeySecretRef: selector("key") };
      const spec = {
        provider: { aws: { service: "SecretsManager", region: aws.moto.region, auth: { secretRef } } },
      };
      await kube.cluster(ClusterSecretStores).create({ metadata: { name: "bench" }, spec });
    },
    remoteRef: (n) => ({ key: `key-${n}` }),
    calls: () => {
      const counts = Object.entries(aws.gate.counts()).map(([action, n]) => `${action.replace(/^.*:/, "")} ${n}`);
      aws.gate.calls.length = 0;
      return counts.join(", ");
    },
    close: () => aws[Symbol.asyncDispose](),
  };
}
