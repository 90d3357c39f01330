import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { connectEtcd } from "../../../kernel/etcd/etcd-client.ts";
import { initLocalKeys } from "../../../kernel/keys/local/change-local-keys.ts";
import { systemClock } from "../../../kernel/observe/clock.ts";
import { Secret } from "../../../kernel/secret/secret.ts";
import type { ControlPlane, ControlPlaneOptions } from "../../../lab/index.ts";
import { describeKey, observeEtcd, storedResource } from "../../../practices/encryption/stored/index.ts";
import { socketPathOf } from "../../plugins/kms/kms-socket.ts";
import { ownProcess } from "./own-process.ts";

/**
 * Options by which a control plane encrypts its Secrets, with our plugin and a local key in the data folder. The recovery
 * copy lies beside the key: this is a cluster for trying. Errors: KST_KEY_FILE, and KST_KMS_SOCKET for a path that is too long.
 */
export async function encryptAtRest(
  dataDir: string,
): Promise<Required<Pick<ControlPlaneOptions, "encryptionConfig" | "beforeApiServer">>> {
  const folder = join(dataDir, "kms");
  await mkdir(folder, { mode: 0o700, recursive: true });
  const file = join(folder, "kms.keys");
  if (!existsSync(file)) await initLocalKeys({ file, recovery: join(folder, "recovery.keys"), clock: systemClock });
  const endpoint = `unix://${join(folder, "kms.sock")}`;
  socketPathOf(endpoint, false);
  const encryptionConfig = join(folder, "encryption.yaml");
  await writeFile(encryptionConfig, configuration(endpoint), { mode: 0o600 });
  const options = { listen: endpoint, key: `local://${file}`, "log-format": "json" };
  return {
    encryptionConfig,
    beforeApiServer: (run) => run((port) => ownProcess("kms", ["kms", "serve"], options, port, dataDir)),
  };
}

/** `identity` last: what an older Kustody left unencrypted is still read. */
function configuration(endpoint: string): string {
  return `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
      - kms: { apiVersion: v2, name: kustody, endpoint: "${endpoint}" }
      - identity: {}
`;
}

/** What etcd shows, byte by byte: how many Secrets are encrypted, and by which key. */
export async function proveEncryption({ etcd }: Pick<ControlPlane, "etcd">): Promise<string> {
  const clientCertificate = {
    certificatePem: await readFile(etcd.certFile, "utf8"),
    keyPem: Secret.fromBytes(await readFile(etcd.keyFile)),
  };
  const ca = { pem: await readFile(etcd.caFile, "utf8"), trust: "only" as const };
  const client = await connectEtcd({ endpoint: etcd.endpoint, tls: { ca, clientCertificate } });
  try {
    const report = await observeEtcd(client, { resources: [storedResource("secrets")] });
    const [secrets] = report.resources;
    const { objects = 0, plain, current } = secrets ?? {};
    const by = current === undefined ? "" : ` (${describeKey(current.key)})`;
    return `${objects - (plain?.objects ?? 0)} of ${objects} Secrets in etcd are encrypted${by}`;
  } finally {
    client.close();
  }
}
