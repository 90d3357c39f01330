import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { KustodyError } from "../../errors.ts";
import { ManualClock } from "../../stores/testing/manual-clock.ts";
import { inClusterConnection } from "./in-cluster.ts";

const ENV = { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" };

test("a pod is its service account: address, authority, namespace, and a token that is renewed in its file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kustody-pod-"));
  try {
    const files = { "ca.crt": "CA", namespace: "shop\n", token: "one" };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const clock = new ManualClock();
    const found = await inClusterConnection(ENV, clock, folder);
    assert.equal(found.server, "https://10.0.0.1:443");
    assert.equal(found.namespace, "shop");
    assert.deepEqual(found.tls, { ca: { pem: "CA", trust: "only" } });
    assert.equal((await found.credentials.current()).token?.unwrap().toString(), "one");
    await writeFile(join(folder, "token"), "two");
    await clock.advance(60_000);
    assert.equal((await found.credentials.current()).token?.unwrap().toString(), "two");
    const v6 = await inClusterConnection({ ...ENV, KUBERNETES_SERVICE_HOST: "fd00::1" }, clock, folder);
    assert.equal(v6.server, "https://[fd00::1]:443");
    await rm(join(folder, "namespace"));
    assert.equal((await inClusterConnection(ENV, clock, folder)).namespace, "default");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("outside a pod, or without the projected files, it is KST_KUBE_CONFIG", async () => {
  const isConfig = (error: unknown) => error instanceof KustodyError && error.code === "KST_KUBE_CONFIG";
  await assert.rejects(inClusterConnection({}, new ManualClock()), isConfig);
  await assert.rejects(inClusterConnection(ENV, new ManualClock(), join(tmpdir(), "kustody-absent")), isConfig);
});
