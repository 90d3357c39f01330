import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createKube, findConnection, type Kube } from "../../../kernel/kube/index.ts";
import { adminIdentity } from "../../../lab/admin-client.ts";
import { answersOk } from "../../../lab/https-probe.ts";
import { type ControlPlane, startControlPlane } from "../../../lab/index.ts";
import { putSecret } from "../../plugins/kms/testing/encrypted-plane.ts";
import { configHashOf } from "./configuration-file.ts";
import { waitForServers } from "./wait-for-servers.ts";
import type { Servers } from "./with-servers.ts";

/** Two real API servers on one etcd, each with its own copy of the EncryptionConfiguration, as on two control-plane nodes. */
let folder: string;
let plane: ControlPlane;
let second: string;
let kubes: Kube[] = [];
const fileOf = (node: number): string => join(folder, `config-${node}.yaml`);

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kustody-two-servers-"));
  for (const node of [1, 2]) writeConfig(node, "{identity: {}}");
  plane = await startControlPlane({ components: { controllerManager: false }, encryptionConfig: fileOf(1) });
  const pid = plane.processes().find(({ component }) => component === "kube-apiserver")?.pid;
  const [command = "", ...args] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
  const identity = await adminIdentity(plane);
  await plane.run((port) => {
    second = `https://127.0.0.1:${port}`;
    return {
      name: "second-apiserver",
      command,
      args: [...args, `--secure-port=${port}`, `--encryption-provider-config=${fileOf(2)}`],
      logFile: join(folder, "second.log"),
      ready: answersOk(`${second}/readyz`, identity),
      graceMillis: 500,
    };
  });
  const connection = await findConnection({ env: {}, kubeconfig: plane.kubeconfig });
  kubes = [plane.server, second].map((server) => createKube({ ...connection, server }));
});
after(async () => {
  for (const kube of kubes) await kube.close();
  await plane?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function writeConfig(node: number, first: string): void {
  writeFileSync(
    fileOf(node),
    `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n  - resources: [secrets]\n    providers: [${first}]\n`,
  );
}

test("the new file on one node is not enough: rewriting waits until both use it, as their metrics tell", async () => {
  const servers: Servers = { kube: kubes[0] as Kube, each: kubes, named: true };
  const { signal } = new AbortController();
  assert.equal((await waitForServers(servers, {}, { millis: 0, signal })).length, 2);
  await putSecret(plane, "one", "not-real");

  const secret = Buffer.alloc(32, 3).toString("base64");
  writeConfig(1, `{secretbox: {keys: [{name: k1, secret: ${secret}}]}}, {identity: {}}`);
  const expected = { configHash: await configHashOf(fileOf(1)) };
  await plane.restart("kube-apiserver");
  await assert.rejects(waitForServers(servers, expected, { millis: 0, signal }), {
    code: "KST_ENCRYPTION_NOT_READY",
    message: new RegExp(`^${second} uses another EncryptionConfiguration`),
  });

  // The second reads its file again within a minute, without a restart.
  copyFileSync(fileOf(1), fileOf(2));
  const reasons: string[] = [];
  const told = await waitForServers(servers, expected, {
    millis: 120_000,
    signal,
    onWait: (reason) => void reasons.push(reason),
  });
  assert.ok(reasons.length > 0, "it waited");
  assert.deepEqual(
    told.map(({ configHash }) => configHash),
    [expected.configHash, expected.configHash],
  );
});
