import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { request } from "node:https";
import type { Socket } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { adminIdentity, adminRequest } from "../admin-client.ts";
import { type ControlPlane, LAB_IMAGES, startControlPlane } from "../index.ts";
import { identify, isAlive } from "../process-identity.ts";
import { readRecord } from "../run-record.ts";

const PODS = "/api/v1/namespaces/default/pods";
const SECRETS = "/api/v1/namespaces/default/secrets";
let plane: ControlPlane;

before(async () => {
  plane = await startControlPlane({ node: true });
});
after(async () => {
  await plane?.stop();
});

/** Asks until `holds`, for half a minute. */
async function until<T>(what: string, ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
  for (let left = 300; ; left--) {
    const answer = await ask();
    if (holds(answer)) return answer;
    assert.ok(left > 0, `never: ${what}; last: ${JSON.stringify(answer)}`);
    await sleep(100);
  }
}

interface PodStatus {
  readonly status: { readonly phase: string; readonly containerStatuses?: readonly { restartCount: number }[] };
}

/** Runs a command in a pod through the API server (WebSocket, v4.channel.k8s.io); resolves with its standard output. */
async function exec(pod: string, command: readonly string[]): Promise<string> {
  const { caPem, certificate } = await adminIdentity(plane);
  const query = ["stdout=true", ...command.map((word) => `command=${encodeURIComponent(word)}`)].join("&");
  const upgrade = request(`${plane.server}${PODS}/${pod}/exec?${query}`, {
    agent: false,
    ca: caPem,
    cert: certificate?.certPem,
    key: certificate?.keyPem.unwrap(),
    headers: {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": Buffer.from("0123456789abcdef").toString("base64"),
      "sec-websocket-protocol": "v4.channel.k8s.io",
    },
  });
  return new Promise((resolve, reject) => {
    upgrade.once("error", reject);
    upgrade.once("response", (response) => reject(new Error(`HTTP ${response.statusCode}`)));
    upgrade.once("upgrade", (_, socket: Socket, head: Buffer) => {
      const chunks = [head];
      socket.on("data", (chunk: Buffer) => chunks.push(chunk));
      socket.on("error", reject);
      socket.on("close", () => resolve(standardOutput(Buffer.concat(chunks))));
      setTimeout(() => socket.destroy(), 10_000).unref();
    });
    upgrade.end();
  });
}

/** Frames of a server (RFC 6455 §5.2), here shorter than 126 bytes: their first byte names the channel, 1 is output. */
function standardOutput(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at + 2 <= bytes.length; ) {
    const opcode = (bytes[at] ?? 0) & 0x0f;
    const length = bytes[at + 1] ?? 0;
    const payload = bytes.subarray(at + 2, at + 2 + length);
    if (opcode === 2 && payload[0] === 1) text += payload.subarray(1).toString();
    at += 2 + length;
  }
  return text;
}

test("a pod runs on the real kubelet and reads its Secret from a file; logs and exec go through the API server", async () => {
  await adminRequest(plane, SECRETS, { json: { metadata: { name: "db" }, stringData: { password: "first" } } });
  const container = {
    name: "app",
    image: LAB_IMAGES.busybox,
    imagePullPolicy: "Never",
    command: ["/bin/sh", "-c", "cat /secret/password; echo; sleep 3600"],
    volumeMounts: [{ name: "secret", mountPath: "/secret" }],
  };
  const spec = {
    terminationGracePeriodSeconds: 0,
    containers: [container],
    volumes: [{ name: "secret", secret: { secretName: "db" } }],
  };
  assert.equal((await adminRequest(plane, PODS, { json: { metadata: { name: "app" }, spec } })).status, 201);
  const pod = async () => (await adminRequest(plane, `${PODS}/app`)).body as PodStatus;
  await until("the pod runs", pod, ({ status }) => status.phase === "Running");
  const log = await until(
    "the pod printed",
    () => adminRequest(plane, `${PODS}/app/log`),
    ({ body }) => body !== "",
  );
  assert.deepEqual(log, { status: 200, body: "first\n" });
  assert.equal(await exec("app", ["cat", "/secret/password"]), "first");

  const patch = { method: "PUT", json: { metadata: { name: "db" }, stringData: { password: "second" } } };
  assert.equal((await adminRequest(plane, `${SECRETS}/db`, patch)).status, 200);
  await until(
    "the file is new",
    () => exec("app", ["cat", "/secret/password"]),
    (value) => value === "second",
  );

  await plane.restart("kubelet");
  const { status } = await pod();
  assert.equal(status.phase, "Running");
  assert.equal(status.containerStatuses?.[0]?.restartCount, 0, "pods outlive kubelet");
});

test("pods reach the API server at the address of its Service", async () => {
  const connect = () => exec("app", ["/bin/sh", "-c", "nc -w 5 10.0.0.1 443 </dev/null && echo open"]);
  // A kubelet that just came back does not know its pods for a moment.
  await until(
    "connected",
    () => connect().catch(String),
    (answer) => answer === "open\n",
  );
});

test("nothing of a node is left when it is stopped", async () => {
  const record = readRecord(join(plane.dataDir, "processes.record"));
  assert.ok(record && record.cgroups.length > 0);
  const processes = plane.processes().map(({ pid }) => identify(pid));
  const kubelet = plane.processes().find(({ component }) => component === "kubelet");
  const namespaceOf = (pid: number | string) => {
    try {
      return readlinkSync(`/proc/${pid}/ns/pid`);
    } catch {
      return undefined; // not for us to see: no process of ours
    }
  };
  assert.ok(kubelet);
  const namespace = namespaceOf(kubelet.pid);
  assert.ok(namespace);
  assert.notEqual(namespace, namespaceOf("self"));
  const inside = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => identify(Number(name)) ?? [])
    .filter(({ pid }) => namespaceOf(pid) === namespace);
  await plane.stop();
  assert.equal(processes.filter((known) => known !== undefined && isAlive(known)).length, 0);
  for (const path of record.cgroups) assert.equal(existsSync(path), false, path);
  assert.equal(readFileSync("/proc/self/mounts", "utf8").includes(plane.dataDir), false);
  assert.equal(existsSync(plane.dataDir), false);
  assert.ok(inside.length > 3, "pods and their shims were among them");
  assert.deepEqual(inside.filter(isAlive), []);
});
