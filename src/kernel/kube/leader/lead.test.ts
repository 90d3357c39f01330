import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type ControlPlane, startControlPlane } from "../../../lab/index.ts";
import { connectKube, type Kube } from "../kube.ts";
import { Leases } from "../object/resources.ts";
import { lead } from "./lead.ts";

const TIMES = { lease: 2_000, renew: 1_200, retry: 150 };
let plane: ControlPlane;
let kube: Kube;
before(async () => {
  plane = await startControlPlane({ components: { controllerManager: false } });
  kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
});
after(async () => {
  await kube?.close();
  await plane?.stop();
});

/** A candidate in this process, and who of all leads. */
function candidate(name: string, identity: string, leaders: Set<string>) {
  const stopper = new AbortController();
  const began = Promise.withResolvers<AbortSignal>();
  const leases = kube.namespaced(Leases, "default");
  const done = lead({ leases, name, identity, signal: stopper.signal, times: TIMES }, async (signal) => {
    assert.equal(leaders.size, 0, "two lead at a time");
    leaders.add(identity);
    began.resolve(signal);
    await aborted(signal);
    leaders.delete(identity);
  });
  return { began: began.promise, done, stop: () => stopper.abort() };
}

const aborted = async (signal: AbortSignal) => {
  if (!signal.aborted) await once(signal, "abort");
};

const holder = async (name: string) => (await kube.namespaced(Leases, "default").get(name)).spec?.holderIdentity;

test("of two candidates one leads; when it stops, the lease is given back and the other follows at once", async () => {
  const leaders = new Set<string>();
  const a = candidate("pair", "a", leaders);
  await a.began;
  const b = candidate("pair", "b", leaders);
  await sleep(500);
  assert.deepEqual([...leaders], ["a"]);
  a.stop();
  await a.done;
  await b.began;
  assert.deepEqual([...leaders], ["b"]);
  assert.equal((await kube.namespaced(Leases, "default").get("pair")).spec?.leaseTransitions, 1);
  b.stop();
  await b.done;
  assert.equal(await holder("pair"), "");
});

test("a leader that is killed is replaced when its lease has run out", async () => {
  const child = otherProcess("killed");
  try {
    await once(child.stdout ?? child, "data");
    assert.equal(await holder("killed"), "child");
    const leaders = new Set<string>();
    const b = candidate("killed", "b", leaders);
    await sleep(500);
    assert.equal(leaders.size, 0);
    child.kill("SIGKILL");
    await once(child, "exit");
    await b.began;
    assert.equal(await holder("killed"), "b");
    b.stop();
    await b.done;
  } finally {
    child.kill("SIGKILL");
  }
});

test("a leader whose lease somebody else has taken is told to end, and stands again", async () => {
  const leaders = new Set<string>();
  const a = candidate("taken", "a", leaders);
  const leading = await a.began;
  const spec = { holderIdentity: "thief", leaseDurationSeconds: 1 };
  await kube.namespaced(Leases, "default").mergePatch("taken", { spec });
  await aborted(leading);
  await until(async () => (await holder("taken")) === "a");
  a.stop();
  await a.done;
});

test("a leader that cannot reach the API server is told to end before its lease runs out", async () => {
  const leaders = new Set<string>();
  const a = candidate("cut-off", "a", leaders);
  const leading = await a.began;
  await plane.kill("kube-apiserver");
  await aborted(leading);
  a.stop();
  await a.done;
  assert.equal(leaders.size, 0);
  await plane.restart("kube-apiserver");
  assert.equal(await holder("cut-off"), "a");
});

test("what the work throws ends the election, gives the lease back and is thrown", async () => {
  const options = { leases: kube.namespaced(Leases, "default"), name: "thrown", identity: "a", times: TIMES };
  const { signal } = new AbortController();
  await assert.rejects(
    lead({ ...options, signal }, () => Promise.reject(new Error("work"))),
    /^Error: work$/,
  );
  assert.equal(await holder("thrown"), "");
  let runs = 0;
  await lead({ ...options, signal }, () => Promise.resolve(void runs++));
  assert.equal(runs, 1);
});

function otherProcess(name: string): ChildProcess {
  const script = `
    const { connectKube } = await import(${JSON.stringify(new URL("../kube.ts", import.meta.url).href)});
    const { lead } = await import(${JSON.stringify(new URL("lead.ts", import.meta.url).href)});
    const { Leases } = await import(${JSON.stringify(new URL("../object/resources.ts", import.meta.url).href)});
    const kube = await connectKube({ env: {}, kubeconfig: ${JSON.stringify(plane.kubeconfig)} });
    const { signal } = new AbortController();
    const options = { leases: kube.namespaced(Leases, "default"), name: ${JSON.stringify(name)}, identity: "child", signal, times: ${JSON.stringify(TIMES)} };
    await lead(options, () => { console.log("leads"); return new Promise(() => {}); });`;
  return spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200 && !(await condition()); i++) await sleep(50);
  assert.ok(await condition());
}
