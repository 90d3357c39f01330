import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureCrds } from "../../src/kernel/kube/crd/ensure-crds.ts";
import { connectKube, type Kube } from "../../src/kernel/kube/index.ts";
import { systemClock } from "../../src/kernel/observe/clock.ts";
import { Secret } from "../../src/kernel/secret/secret.ts";
import { openLocalStore } from "../../src/kernel/stores/local/local-store.ts";
import { type ControlPlane, startControlPlane } from "../../src/lab/index.ts";
import { ExternalSecrets, MANAGER_CRDS, SecretStores } from "../../src/practices/managers/index.ts";
import { leaksIn, newCanary } from "./canary.ts";
import { runKustody, type Seen } from "./run-kustody.ts";

const canaries = { plain: newCanary("plain"), json: newCanary("json"), token: newCanary("token") };
const all = Object.values(canaries);
const METRICS = "127.0.0.1:19471";

/** What each ExternalSecret asks for: one that works, and others that fail after the value was read. */
const ASKED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  works: { key: "json", property: "password" },
  "no-such-property": { key: "json", property: "other" },
  "no-json": { key: "plain", property: "password" },
  "no-base64": { key: "plain", decodingStrategy: "Base64" },
  "no-such-key": { key: "nothing" },
};

/** Templates that fail on the value, each in its own way. */
const TEMPLATES: Readonly<Record<string, object>> = {
  "fails-on-it": { data: { k: "{{ fail .v }}" } },
  "calls-it": { data: { k: '{{ mustRegexFind (print "(" .v) .v }}{{ .v | mustFromJson }}' } },
  "labels-with-it": { metadata: { labels: { k: "{{ .v }} /" } } },
  "keys-with-it": { templateFrom: [{ literal: '"{{ .v }} /": x' }] },
  "lists-it": { templateFrom: [{ literal: "[{{ .v }}" }] },
  "decodes-it": { templateFrom: [{ literal: "k: '!{{ .v }}'", valuesDecodingStrategy: "Base64" }] },
};

/** Searches that find the values and fail on them. */
const FINDS: Readonly<Record<string, { rewrite: object[] }>> = {
  "merges-no-json": { rewrite: [{ merge: {} }] },
  "merges-a-conflict": { rewrite: [{ regexp: { source: "plain", target: "json" } }, { merge: { priority: ["no"] } }] },
  "renames-to-nothing": { rewrite: [{ transform: { template: "{{ .value }}/" } }] },
};

let plane: ControlPlane;
let kube: Kube;
let localStore = "";

before(async () => {
  plane = await startControlPlane();
  kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
  await ensureCrds(kube, MANAGER_CRDS);
  localStore = path.join(plane.dataDir, "local-store");
  const store = await openLocalStore({ file: localStore, clock: systemClock });
  const { signal } = new AbortController();
  const put = async (key: string, text: string) =>
    await store.write?.({ key: `default/${key}` }, Secret.fromText(text), undefined, signal);
  await put("plain", canaries.plain.value);
  await put("json", JSON.stringify({ password: canaries.json.value, "a b": canaries.json.value, a_b: 1 }));
  await store.close();
  const stores = kube.namespaced(SecretStores, "default");
  await stores.create({ metadata: { name: "local" }, spec: { provider: { local: {} } } });
  const auth = { tokenSecretRef: { name: "token", key: "token" } };
  const vault = { server: "http://127.0.0.1:1", path: "secret", auth };
  await stores.create({ metadata: { name: "dead" }, spec: { provider: { vault } } });
  const api = kube.namespaced(ExternalSecrets, "default");
  for (const [name, remoteRef] of Object.entries(ASKED)) {
    const data = [{ secretKey: "password", remoteRef: remoteRef as { key: string } }];
    await api.create({ metadata: { name }, spec: { secretStoreRef: { name: "local" }, data } });
  }
  for (const [name, template] of Object.entries(TEMPLATES)) {
    const data = [{ secretKey: "v", remoteRef: { key: "plain" } }];
    await api.create({ metadata: { name }, spec: { secretStoreRef: { name: "local" }, data, target: { template } } });
  }
  for (const [name, entry] of Object.entries(FINDS)) {
    const dataFrom = [{ find: { name: { regexp: "^(plain|json)$" } }, ...entry }];
    await api.create({ metadata: { name }, spec: { secretStoreRef: { name: "local" }, dataFrom } });
  }
  const extract = [{ extract: { key: "json" } }];
  await api.create({ metadata: { name: "bad-key" }, spec: { secretStoreRef: { name: "local" }, dataFrom: extract } });
  await api.create({ metadata: { name: "from-dead" }, spec: { secretStoreRef: { name: "dead" }, dataFrom: extract } });
});
after(async () => {
  await kube?.close();
  await plane?.stop();
});

/** Until every ExternalSecret has a Ready condition, whatever it says, and an event that tells of a failure is there. */
async function untilAllAreJudged(): Promise<void> {
  const api = kube.namespaced(ExternalSecrets, "default");
  for (let attempt = 0; attempt < 150; attempt++) {
    const { items } = await api.list();
    const judged = items.every(({ status }) => (status?.conditions?.length ?? 0) > 0);
    if (judged && (await readEvents()).includes("UpdateFailed")) return;
    await sleep(200);
  }
  assert.fail("not every ExternalSecret got a condition, or no failure an event, within 30 s");
}

async function readEvents(): Promise<Buffer> {
  return (await kube.transport.request({ what: "list events", path: "/apis/events.k8s.io/v1/events" })).body;
}

function assertSilent(seen: Seen): void {
  for (const [where, text] of Object.entries(seen)) assert.deepEqual(leaksIn(String(text), all), [], where);
}

const common = (): string[] => ["--kubeconfig", plane.kubeconfig, "--local-store", localStore];

test("observing tells what it would change, and no canary", async () => {
  const seen = await runKustody(["operator", ...common(), "--observe", "--once"]);
  assert.equal(seen.code, 1, seen.stderr);
  assert.match(seen.stdout, /works/);
  assertSilent(seen);
});

test("syncing leaks no canary: output, arguments, metrics, statuses, events and the servers' logs", async () => {
  let metrics = "";
  const judged = untilAllAreJudged().then(async () => {
    metrics = await (await fetch(`http://${METRICS}/metrics`)).text();
  });
  const args = ["operator", ...common(), "--leader-election", "false", "--metrics-listen", METRICS];
  const seen = await runKustody([...args, "--log-level", "debug"], { interrupt: judged });
  await judged;
  assertSilent(seen);
  assert.match(metrics, /externalsecret_sync_calls_total/);
  assert.deepEqual(leaksIn(metrics, all), [], "metrics");
  assert.deepEqual(leaksIn(await readEvents(), all), [], "events");
  const { items } = await kube.namespaced(ExternalSecrets, "default").list();
  assert.deepEqual(leaksIn(JSON.stringify(items), all), [], "statuses");
  const state = items.map(({ metadata, status }) => [metadata.name, status?.conditions?.[0]?.status]);
  assert.equal(Object.fromEntries(state)["works"], "True");
  // All of ASKED but the one that works, all templates and searches, and the two that extract.
  const failing = Object.keys(ASKED).length + 1 + Object.keys({ ...TEMPLATES, ...FINDS }).length;
  assert.equal(state.filter(([, ready]) => ready === "False").length, failing);
  for (const component of ["kube-apiserver", "kube-controller-manager"] as const) {
    assert.deepEqual(leaksIn(await readFile(plane.logs(component)), all), [], component);
  }
});

for (const args of [
  ["sync", "status"],
  ["sync", "takeover", "--dry-run"],
]) {
  test(`no canary leaks from kustody ${args.join(" ")}`, async () => {
    const seen = await runKustody([...args, "--kubeconfig", plane.kubeconfig]);
    assert.notEqual(seen.stdout, "", seen.stderr);
    assertSilent(seen);
  });
}
