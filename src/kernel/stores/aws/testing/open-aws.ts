import { systemClock } from "../../../observe/clock.ts";
import { Secret } from "../../../secret/secret.ts";
import { openStore, type StorePorts } from "../../open-store.ts";
import { resolveSpec } from "../../resolve-spec.ts";
import type { Store } from "../../store.ts";
import { type AwsRig, READER } from "./aws-rig.ts";

/** A store of a SecretStore whose Secret holds `key`. */
export async function openWithKey(
  rig: AwsRig,
  provider: object = {},
  key: { readonly id: string; readonly secret: string } = READER,
  ports: Partial<StorePorts> = {},
): Promise<Store> {
  const scope = { storeKind: "SecretStore", namespace: "team" } as const;
  const keys = {
    accessKeyIDSecretRef: { name: "aws", key: "id" },
    secretAccessKeySecretRef: { name: "aws", key: "key" },
  };
  const aws = { service: "SecretsManager", region: rig.moto.region, auth: { secretRef: keys }, ...provider };
  const identity = { store: { kind: "SecretStore", namespace: "team", name: "aws", uid: "u", generation: 1 } };
  return await openStore(resolveSpec({ aws }, scope), identity, {
    clock: systemClock,
    secret: async ({ key: entry }) => Secret.fromText(`${entry === "id" ? key.id : key.secret}\n`),
    configMap: () => Promise.reject(new Error("not asked for")),
    serviceAccountToken: () => Promise.reject(new Error("not asked for")),
    aws: rig.environment(),
    ...ports,
  });
}
