import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer, type Server } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Secrets } from "../../kernel/kube/index.ts";
import { Secret } from "../../kernel/secret/secret.ts";
import { SecretStores } from "../../practices/managers/model/resources.ts";
import { fake, OperatorRig, wants } from "./testing/operator-rig.ts";

let rig: OperatorRig;
let silent: Server;
before(async () => {
  silent = createServer(() => {}).listen(0, "127.0.0.1");
  await once(silent, "listening");
  rig = await OperatorRig.start({ crds: "anything" });
  await rig.operator();
  await rig.secretStore("default", "fake", fake({ k: "value" }));
  await rig.kube
    .namespaced(Secrets, "default")
    .create({ metadata: { name: "vault" }, data: { token: Secret.fromText("t") } });
});
after(async () => {
  await rig?.[Symbol.asyncDispose]();
  silent?.close();
});

const vaultAt = (port: number): object => ({
  provider: {
    vault: {
      server: `http://127.0.0.1:${port}`,
      path: "kv",
      auth: { tokenSecretRef: { name: "vault", key: "token" } },
    },
  },
});

test("a store that hangs holds up no other store's objects", async () => {
  await rig.secretStore("default", "hangs", vaultAt((silent.address() as AddressInfo).port));
  const names = Array.from({ length: 150 }, (_, n) => `hangs-${n}`);
  await Promise.all(names.map((name) => rig.externalSecret("default", name, wants("hangs", { k: name }))));
  await sleep(300);
  await rig.externalSecret("default", "beside", wants("fake", { k: "k" }));
  await rig.ready("default", "beside");
  // They still wait for an answer: the one beside them didn't wait for it.
  assert.equal((await rig.get("default", "hangs-0"))?.status, undefined);
});

test("a store that is down is named with the true error, and all is well when it is back", async () => {
  const port = (silent.address() as AddressInfo).port;
  const free = createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const down = (free.address() as AddressInfo).port;
  free.close();
  assert.notEqual(down, port);
  await rig.secretStore("default", "down", vaultAt(down));
  await rig.externalSecret("default", "down", wants("down", { k: "k" }));
  await rig.ready("default", "down", { status: "False", message: /unavailable|refused|no connection/i });
  await rig.kube.namespaced(SecretStores, "default").mergePatch("down", {
    spec: { provider: { vault: null, fake: { data: [{ key: "k", value: "back" }] } } },
  });
  await rig.ready("default", "down");
  assert.deepEqual(await rig.values("default", "down"), { k: "back" });
});

test("one object that cannot be understood stops no other", async () => {
  await rig.externalSecret("default", "broken", { data: "not a list", target: 7, refreshInterval: { a: 1 } });
  await rig.secretStore("default", "broken", { provider: "nonsense", conditions: 5 });
  await rig.externalSecret("default", "of-broken", wants("broken", { k: "k" }));
  await rig.externalSecret("default", "fine", wants("fake", { k: "k" }));
  await rig.ready("default", "fine");
  await rig.ready("default", "broken", { status: "False" });
  await rig.ready("default", "of-broken", { status: "False" });
  await rig.storeReady("default", "broken", "False");
});

test("somebody who writes to the target at the same time loses nothing, and neither do we", async () => {
  await rig.secretStore("default", "moving", fake({ k: "0" }));
  await rig.externalSecret("default", "contended", wants("moving", { k: "k" }));
  await rig.ready("default", "contended");
  const secrets = rig.kube.namespaced(Secrets, "default");
  const stores = rig.kube.namespaced(SecretStores, "default");
  for (let round = 1; round <= 15; round++) {
    await stores.mergePatch("moving", { spec: fake({ k: String(round) }) });
    await Promise.all([
      rig.patch("default", "contended", {
        metadata: { annotations: { "external-secrets.io/force-sync": String(round) } },
      }),
      secrets.mergePatch("contended", { data: { [`theirs-${round}`]: Secret.fromText(String(round)) } }),
    ]);
  }
  const theirs = Object.fromEntries(Array.from({ length: 15 }, (_, n) => [`theirs-${n + 1}`, String(n + 1)]));
  await rig.until("both are there", async () => {
    const values = await rig.values("default", "contended");
    return values?.["k"] === "15" && Object.keys(values).length === 16;
  });
  assert.deepEqual(await rig.values("default", "contended"), { k: "15", ...theirs });
});

test("a restarted API server interrupts nothing for good", async () => {
  await rig.externalSecret("default", "before-restart", wants("fake", { k: "k" }));
  await rig.ready("default", "before-restart");
  const names = Array.from({ length: 40 }, (_, n) => `restart-${n}`);
  await Promise.all(names.map((name) => rig.externalSecret("default", name, wants("fake", { k: "k" }))));
  await rig.plane.kill("kube-apiserver");
  await rig.plane.restart("kube-apiserver");
  for (const name of names) await rig.ready("default", name);
  await rig.externalSecret("default", "after-restart", wants("fake", { k: "k" }));
  await rig.ready("default", "after-restart");
  assert.deepEqual(await rig.values("default", "before-restart"), { k: "value" });
});
