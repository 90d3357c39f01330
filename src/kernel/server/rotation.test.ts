import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:https";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { type ControlPlane, startControlPlane } from "../../lab/index.ts";
import { isIssuedBy, readCertificate } from "../crypto/read-certificate.ts";
import type { KustodyError } from "../errors.ts";
import { connectKube, type Kube, Secrets } from "../kube/index.ts";
import { kubeSecretRecord } from "../kube/kube-secret-record.ts";
import { Secret } from "../secret/secret.ts";
import type { SecretRecord } from "../secret/secret-record.ts";
import { readCertificateSet, writeCertificateSet } from "./certificate-set.ts";
import { changeCertificates } from "./change-certificates.ts";
import { FollowedCertificates } from "./follow-certificates.ts";
import { maintainCertificates } from "./maintain-certificates.ts";
import type { CertificateSettings } from "./plan-certificates.ts";
import type { RunningServer } from "./server-types.ts";
import { startServer } from "./start-server.ts";

const SECOND = 1000;
const settings: CertificateSettings = {
  name: "kustody",
  dnsNames: ["localhost"],
  ipAddresses: ["127.0.0.1"],
  caMillis: 20 * SECOND,
  leafMillis: 6 * SECOND,
  overlapMillis: 2 * SECOND,
};
const lasting = { ...settings, caMillis: 3_600_000, leafMillis: 600_000 };

let plane: ControlPlane;
let kube: Kube;
let record: SecretRecord;
let name: string;
let count = 0;
const leaders: ChildProcess[] = [];

before(async () => {
  plane = await startControlPlane({ components: { controllerManager: false } });
  kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
});
beforeEach(() => {
  name = `tls-${++count}`;
  record = recordNamed(name);
});
after(async () => {
  for (const leader of leaders) leader.kill("SIGKILL");
  await kube?.close();
  await plane?.stop();
});

function recordNamed(secret: string): SecretRecord {
  return kubeSecretRecord(kube, { namespace: "default", name: secret, fieldManager: "kustody" });
}

/** A leader in a process of its own. */
async function startLeader(how: CertificateSettings): Promise<ChildProcess> {
  const at = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const program = `
    const { connectKube } = await import(${at("../kube/index.ts")});
    const { kubeSecretRecord } = await import(${at("../kube/kube-secret-record.ts")});
    const { maintainCertificates } = await import(${at("./maintain-certificates.ts")});
    const kube = await connectKube({ env: {}, kubeconfig: ${JSON.stringify(plane.kubeconfig)} });
    const record = kubeSecretRecord(kube, { namespace: "default", name: ${JSON.stringify(name)}, fieldManager: "kustody" });
    process.on("disconnect", () => process.exit());
    process.send("leading");
    await maintainCertificates({ record, settings: ${JSON.stringify(how)}, signal: new AbortController().signal });`;
  const leader = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  leaders.push(leader);
  await once(leader, "message");
  return leader;
}

async function startReplica(onProblem?: (problem: KustodyError) => void) {
  const certificates = new FollowedCertificates({ record, ...(onProblem === undefined ? {} : { onProblem }) });
  try {
    const server = await startServer({
      listen: { host: "127.0.0.1", port: 0 },
      certificates,
      routes: [{ method: "GET", path: "/", handle: () => ({ text: "served" }) }],
    });
    const stop = async () => {
      await server.close();
      await certificates[Symbol.asyncDispose]();
    };
    return { server, certificates, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await certificates[Symbol.asyncDispose]();
    throw error;
  }
}

interface Seen {
  readonly status: number;
  readonly text: string;
  /** Of the leaf that was shown. */
  readonly serial: string;
  readonly clientPort: number;
}

/** Over a new connection, unless it is told an agent: Node's own agent would keep the old one. */
function get(
  server: RunningServer,
  trust: string | undefined,
  agent: Agent | false = false,
  path = "/",
): Promise<Seen> {
  const { promise, resolve, reject } = Promise.withResolvers<Seen>();
  const tls = trust === undefined ? { rejectUnauthorized: false } : { ca: trust };
  const sent = request(`${server.url}${path}`, { ...tls, agent }, (reply) => {
    const socket = reply.socket as TLSSocket;
    const { serialNumber } = socket.getPeerCertificate();
    const { localPort = 0 } = socket;
    let text = "";
    reply.on("data", (chunk: Buffer) => (text += chunk.toString()));
    reply.on("end", () =>
      resolve({ status: reply.statusCode ?? 0, text, serial: serialNumber, clientPort: localPort }),
    );
  });
  sent.on("error", reject);
  sent.end();
  return promise;
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await holds()) return;
    await sleep(100);
  }
  assert.fail(`never came: ${what}`);
}

test("under load no request fails while leaves and the CA rotate, at leader and replica, and connections stay", async () => {
  const leader = await startLeader(settings);
  await using one = await startReplica();
  await using two = await startReplica();
  const failures: unknown[] = [];
  const leaves = new Set<string>();
  const ports = new Set<number>();
  const stop = new AbortController();
  // Clients read the published bundle once a second, half the overlap.
  let trust = one.certificates.current?.bundlePem ?? "";
  const bundles = new Set([trust]);
  const reader = (async () => {
    while (!stop.signal.aborted) {
      await sleep(SECOND);
      const stored = await record.read();
      if (stored === undefined) continue;
      trust = stored.data["ca.crt"]?.unwrap().toString() ?? "";
      bundles.add(trust);
    }
  })();
  const load = [one, two].map(async ({ server }) => {
    while (!stop.signal.aborted) {
      await get(server, trust).then(
        (seen) => leaves.add(seen.serial),
        (error: unknown) => failures.push(error),
      );
      await sleep(20);
    }
  });
  const first = trust;
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  const steady = (async () => {
    while (!stop.signal.aborted) {
      await get(one.server, first, kept).then(
        (seen) => ports.add(seen.clientPort),
        (error: unknown) => failures.push(error),
      );
      await sleep(100);
    }
  })();
  try {
    // Two rotations of the CA: by then nothing of the first bundle is left in use.
    const issuers = new Set<string>();
    await until("a third CA", async () => {
      const stored = await record.read();
      if (stored !== undefined) issuers.add(readCertificateSet(stored.data, name).issuer.certPem);
      return issuers.size >= 3 || failures.length > 0;
    });
    assert.ok(!issuers.has(trust));
    assert.notEqual(trust, first);
  } finally {
    stop.abort();
    await Promise.all([reader, steady, ...load]);
    kept.destroy();
    leader.kill("SIGKILL");
  }
  assert.deepEqual(failures, []);
  assert.ok(leaves.size >= 4, `${leaves.size} leaves`);
  assert.ok(bundles.size >= 3, `${bundles.size} bundles`);
  assert.equal(ports.size, 1, "the kept connection was dropped");
});

test("when the leader's process is killed, replicas go on, and the next leader continues with the same CA", async () => {
  const leader = await startLeader(settings);
  await using replica = await startReplica();
  const trust = replica.certificates.current?.bundlePem ?? "";
  const { serial } = await get(replica.server, trust);
  leader.kill("SIGKILL");
  await once(leader, "exit");
  assert.equal((await get(replica.server, trust)).text, "served");
  await startLeader(settings);
  await until("the next leaf", async () => (await get(replica.server, trust)).serial !== serial);
});

test("two leaders at once agree on one set", async () => {
  const stop = new AbortController();
  const steps: string[] = [];
  const problems: KustodyError[] = [];
  const lead = () =>
    maintainCertificates({
      record: recordNamed(name),
      settings: lasting,
      signal: stop.signal,
      onStep: (step) => steps.push(step),
      onProblem: (problem) => problems.push(problem),
    });
  const leading = [lead(), lead(), lead()];
  await using replica = await startReplica();
  const { serial } = await get(replica.server, replica.certificates.current?.bundlePem);
  // The losers read again within their first backoff.
  await sleep(2 * SECOND);
  stop.abort();
  await Promise.all(leading);
  assert.deepEqual(steps, ["begin"]);
  assert.deepEqual(problems, []);
  assert.equal((await get(replica.server, replica.certificates.current?.bundlePem)).serial, serial);
});

test("a damaged record: a clear error at leader and replica, the last good certificate stays, deletion heals it", async () => {
  const stop = new AbortController();
  const heard: KustodyError[] = [];
  const led: KustodyError[] = [];
  // Time runs fast for the leader, which looks again every 30 s.
  const clock = {
    now: () => Date.now(),
    sleep: (millis: number, signal?: AbortSignal) => sleep(millis / 60, undefined, { signal }),
  };
  const leading = maintainCertificates({
    record,
    settings: lasting,
    signal: stop.signal,
    clock: clock as never,
    onProblem: (problem) => led.push(problem),
  });
  try {
    await using replica = await startReplica((problem) => heard.push(problem));
    const trust = replica.certificates.current?.bundlePem;
    const { serial } = await get(replica.server, trust);
    const stored = await record.read();
    assert.ok(stored !== undefined);
    await record.write({ ...stored.data, "tls.crt": Secret.fromText("canary, no certificate") }, stored.version);
    await until("both errors", () => heard.length > 0 && led.length > 0);
    for (const problem of [heard[0], led[0]]) {
      assert.equal(problem?.code, "KST_CERTIFICATES_INVALID");
      assert.match(problem.message, new RegExp(`default/${name} cannot be used: tls.crt holds no certificate`));
      assert.doesNotMatch(problem.message, /canary/);
    }
    assert.equal((await get(replica.server, trust)).serial, serial);
    assert.equal((await get(replica.server, trust, false, "/readyz")).status, 200);

    await kube.namespaced(Secrets, "default").delete(name);
    await until("the restored record", async () => (await record.read()) !== undefined);
    const restored = readCertificateSet((await record.read())?.data ?? {}, name);
    assert.equal(restored.issuer.certPem, trust);
    assert.equal((await get(replica.server, trust)).serial, serial);
  } finally {
    stop.abort();
    await leading;
  }
});

test("a server that starts with an expired leaf isn't ready until the leader has renewed it", async () => {
  const begun = await changeCertificates(undefined, "begin", lasting, Date.now());
  const past = { ...lasting, leafMillis: -60_000 };
  const expired = await changeCertificates(begun, "issue-leaf", past, Date.now());
  await record.write(writeCertificateSet(expired), undefined);

  await using replica = await startReplica();
  const unready = await get(replica.server, undefined, false, "/readyz");
  assert.deepEqual([unready.status, unready.text], [503, "certificate expired\n"]);
  await assert.rejects(get(replica.server, begun.issuer.certPem), { code: "CERT_HAS_EXPIRED" });

  const stop = new AbortController();
  const leading = maintainCertificates({ record, settings: lasting, signal: stop.signal });
  try {
    await until("a new leaf", () => (replica.certificates.current?.notAfter ?? 0) > Date.now());
    const ready = await get(replica.server, begun.issuer.certPem, false, "/readyz");
    assert.equal(ready.status, 200);
    assert.ok(isIssuedBy(replica.certificates.current?.certPem ?? "", begun.issuer.certPem));
    assert.deepEqual(readCertificate(replica.certificates.current?.certPem ?? "").names, ["localhost", "127.0.0.1"]);
  } finally {
    stop.abort();
    await leading;
  }
});

test("a conflicting write, a taken name and a deleted Secret are all the same conflict", async () => {
  const data = { "a.txt": Secret.fromText("one") };
  const first = await record.write(data, undefined);
  await assert.rejects(record.write(data, undefined), { code: "KST_RECORD_CONFLICT" });
  const second = await record.write({ "b.txt": Secret.fromText("two") }, first.version);
  await assert.rejects(record.write(data, first.version), { code: "KST_RECORD_CONFLICT" });
  assert.deepEqual(Object.keys((await record.read())?.data ?? {}), ["b.txt"]);
  await kube.namespaced(Secrets, "default").delete(name);
  await assert.rejects(record.write(data, second.version), { code: "KST_RECORD_CONFLICT" });
  assert.equal(await record.read(), undefined);
});

test("watching begins with what is there, or with nothing, and sees writes and the deletion", async () => {
  const stop = new AbortController();
  const states: (string | undefined)[] = [];
  const watching = (async () => {
    for await (const stored of record.watch(stop.signal)) states.push(stored?.data["v"]?.unwrap().toString());
  })();
  try {
    await until("the empty state", () => states.length === 1);
    const written = await record.write({ v: Secret.fromText("1") }, undefined);
    await until("the first write", () => states.length === 2);
    await record.write({ v: Secret.fromText("2") }, written.version);
    await until("the second write", () => states.length === 3);
    await kube.namespaced(Secrets, "default").delete(name);
    await until("the deletion", () => states.length === 4);
    assert.deepEqual(states, [undefined, "1", "2", undefined]);
  } finally {
    stop.abort();
    await watching;
  }
});

test("a server that no certificate reaches gives up with a clear error", async () => {
  const certificates = new FollowedCertificates({ record });
  try {
    const listen = { host: "127.0.0.1", port: 0 };
    await assert.rejects(startServer({ listen, certificates, routes: [], certificateWithin: 300 }), {
      code: "KST_SERVER_NO_CERTIFICATE",
    });
  } finally {
    await certificates[Symbol.asyncDispose]();
  }
});
