import type { Kube } from "../../src/kernel/kube/index.ts";
import { ClusterSecretStores } from "../../src/practices/managers/model/resources.ts";

/** Remote keys 0…distinct-1, and a ClusterSecretStore named `bench` that reads them. */
export interface BenchStore {
  install(): Promise<void>;
  remoteRef(n: number): object;
  close(): Promise<void>;
}

export async function openBenchStore(kind: string, distinct: number, kube: Kube): Promise<BenchStore> {
  if (kind !== "fake") throw new Error(`--store ${kind} is not known; it is fake`);
  return {
    install: async () => {
      const data = Array.from({ length: distinct }, (_, n) => ({
        key: `key-${n}`,
        value: `value-of-${n}-${"x".repeat(16)}`,
      }));
      const spec = { provider: { fake: { data } } };
      await kube.cluster(ClusterSecretStores).create({ metadata: { name: "bench" }, spec });
    },
    remoteRef: (n) => ({ key: `key-${n}` }),
    close: async () => {},
  };
}
