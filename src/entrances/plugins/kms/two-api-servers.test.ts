import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  activateLocalKey,
  initLocalKeys,
  type LocalKeyIds,
  stageLocalKey,
} from "../../../kernel/keys/local/change-local-keys.ts";
import { systemClock } from "../../../kernel/observe/clock.ts";
import { adminIdentity } from "../../../lab/admin-client.ts";
import { answersOk } from "../../../lab/https-probe.ts";
import { type ControlPlane, startControlPlane } from "../../../lab/index.ts";
import { putSecret, rawSecret, readSecret, until, writeEncryptionConfig } from "./testing/encrypted-plane.ts";
import { endPlugins, startPlugin } from "./testing/plugin-process.ts";

/** Two API servers on one etcd, each with a plugin and a file of keys of its own, as on two control-plane nodes. */
type Server = Pick<ControlPlane, "server" | "caFile" | "dataDir">;
let folder: string;
let plane: ControlPlane;
let a: Server;
let b: Server;
let first: LocalKeyIds;
const file = (node: string, name: string): string => join(folder, `${node}-${name}`);
const filesOfA = () => ({ file: file("a", "kms.keys"), recovery: file("a", "recovery.keys"), clock: systemClock });
const copyToB = () => copyFile(file("a", "kms.keys"), file("b", "kms.keys"));

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kustody-kms-two-"));
  first = await initLocalKeys(filesOfA());
  await copyToB();
  for (const node of ["a", "b"]) {
    await startPlugin(file(node, "kms.sock"), ["--key", `local://${file(node, "kms.keys")}`]);
    await writeEncryptionConfig(file(node, "encryption.yaml"), { kustody: file(node, "kms.sock") });
  }
  plane = await startControlPlane({
    components: { controllerManager: false },
    encryptionConfig: file("a", "encryption.yaml"),
  });
  a = plane;
  b = { ...plane, server: await startSecondApiServer() };
});
after(async () => {
  await plane?.stop();
  endPlugins();
  await rm(folder, { recursive: true, force: true });
});

/** The API server of the control plane once more, at another port and with the other plugin. */
async function startSecondApiServer(): Promise<string> {
  const { pid } = plane.processes().find(({ component }) => component === "kube-apiserver") ?? { pid: 0 };
  const [command = "", ...args] = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0").slice(0, -1);
  const identity = await adminIdentity(plane);
  let url = "";
  await plane.run((port) => {
    url = `https://127.0.0.1:${port}`;
    return {
      name: "kube-apiserver-b",
      command,
      args: [...args, `--secure-port=${port}`, `--encryption-provider-config=${file("b", "encryption.yaml")}`],
      logFile: join(plane.dataDir, "logs", "kube-apiserver-b.log"),
      ready: answersOk(`${url}/readyz`, identity),
      quoteLog: true,
    };
  });
  return url;
}

test("each reads what the other wrote", async () => {
  assert.equal((await putSecret(a, "by-a", "from-a")).status, 201);
  assert.equal((await putSecret(b, "by-b", "from-b")).status, 201);
  assert.equal(await readSecret(b, "by-a"), "from-a");
  assert.equal(await readSecret(a, "by-b"), "from-b");
  for (const name of ["by-a", "by-b"]) assert.ok((await rawSecret(plane, name)).includes(first.active));
});

test("through both phases of a rotation every API server reads everything, whoever is first", async () => {
  await stageLocalKey(filesOfA());
  await copyToB();
  const { active } = await activateLocalKey(filesOfA());
  let round = 0;
  await until("A writes under the new key", async () => {
    round += 1;
    assert.ok((await putSecret(a, "by-a", `new-${round}`)).status < 300);
    assert.equal(await readSecret(b, "by-a"), `new-${round}`);
    return (await rawSecret(plane, "by-a")).includes(active);
  });
  assert.ok((await putSecret(b, "by-b", "still-old")).status < 300);
  assert.ok((await rawSecret(plane, "by-b")).includes(first.active), "B's file has the new key staged only");
  assert.equal(await readSecret(a, "by-b"), "still-old");
  await copyToB();
  await until("B writes under the new key", async () => {
    round += 1;
    assert.ok((await putSecret(b, "by-b", `new-${round}`)).status < 300);
    assert.equal(await readSecret(a, "by-b"), `new-${round}`);
    return (await rawSecret(plane, "by-b")).includes(active);
  });
});
