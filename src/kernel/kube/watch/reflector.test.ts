import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type ControlPlane, startControlPlane } from "../../../lab/index.ts";
import { KustodyError } from "../../errors.ts";
import { createHttpClient } from "../../http/http-client.ts";
import { Secret } from "../../secret/secret.ts";
import { findConnection } from "../config/find-connection.ts";
import { createKube, type Kube } from "../kube.ts";
import { keyOf } from "../object/object-meta.ts";
import { ConfigMaps, Secrets } from "../object/resources.ts";
import { reflect } from "./reflector.ts";
import { watchOnce } from "./watch-once.ts";

let plane: ControlPlane;
let kube: Kube;
/** Reaches the API server through `proxy`, whose connections a test can cut. */
let shaky: Kube;
let proxy: Server;
const sockets = new Set<Socket>();

before(async () => {
  plane = await startControlPlane({ components: { controllerManager: false } });
  const connection = await findConnection({ env: {}, kubeconfig: plane.kubeconfig });
  const { hostname, port } = new URL(connection.server);
  proxy = createServer((socket) => {
    const upstream = connect(Number(port), hostname);
    socket.pipe(upstream).pipe(socket);
    for (const one of [socket, upstream]) {
      sockets.add(one);
      one
        .on("error", () => {})
        .on("close", () => {
          sockets.delete(one);
          socket.destroy();
          upstream.destroy();
        });
    }
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  kube = createKube(connection);
  shaky = createKube({ ...connection, server: `https://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
});

after(async () => {
  await Promise.all([kube?.close(), shaky?.close()]);
  proxy?.close();
  for (const socket of sockets) socket.destroy();
  await plane?.stop();
});

const cut = () => {
  for (const socket of sockets) socket.destroy();
};

async function until(condition: () => boolean, message: string): Promise<void> {
  for (let i = 0; i < 600 && !condition(); i++) await sleep(25);
  assert.ok(condition(), message);
}

test("connections that are cut between changes: the watch resumes without a list, misses nothing, doubles nothing", async () => {
  const maps = kube.namespaced(ConfigMaps, "default");
  const told: string[] = [];
  let lists = 0;
  const reflector = reflect(shaky.namespaced(ConfigMaps, "default"), {
    labelSelector: "test=cut",
    reduce: ({ data }) => data?.["n"],
    onChange: ({ type, value }) => told.push(`${type} ${value}`),
    onListed: () => lists++,
    random: () => 0,
  });
  try {
    await reflector.synced;
    const expected: string[] = [];
    const metadata = { name: "cut", labels: { test: "cut" } };
    for (let n = 0; n < 40; n++) {
      if (n % 8 === 0) await maps.create({ metadata, data: { n: String(n) } });
      else await maps.mergePatch("cut", { data: { n: String(n) } });
      expected.push(`${n % 8 === 0 ? "added" : "updated"} ${n}`);
      if (n % 5 === 4) cut();
      if (n % 10 === 9) await until(() => told.length === expected.length, "the watch fell behind");
      if (n % 8 !== 7) continue;
      await maps.delete("cut");
      expected.push(`deleted ${n}`);
    }
    await until(() => told.length >= expected.length, "changes are missing");
    assert.deepEqual(told, expected);
    assert.equal(lists, 1);
    assert.equal(reflector.size, 0);
  } finally {
    await reflector.stop();
  }
});

for (const listBy of ["pages", "stream"] as const) {
  test(`a mirror by ${listBy} keeps the projection alone, by namespace too, and stops when told`, async () => {
    const secrets = kube.namespaced(Secrets, "kube-public");
    const name = `mirrored-${listBy}`;
    await secrets.apply({ metadata: { name }, data: { a: Secret.fromText("one") } }, { fieldManager: "t" });
    const types: string[] = [];
    const reflector = reflect(kube.allNamespaces(Secrets), {
      listBy,
      reduce: ({ data }) => data?.["a"]?.unwrap().toString(),
      onChange: ({ type, ref }) => {
        if (ref.name === name) types.push(`${type} ${keyOf(ref)}`);
      },
    });
    await reflector.synced;
    assert.equal(reflector.get({ namespace: "kube-public", name }), "one");
    assert.ok([...reflector.values("kube-public")].includes("one"));
    assert.deepEqual([...reflector.values("gone")], []);
    await secrets.mergePatch(name, { data: { a: Secret.fromText("two") } });
    await until(() => reflector.get({ namespace: "kube-public", name }) === "two", "the change did not come");
    await reflector.stop();
    await secrets.delete(name);
    await sleep(50);
    assert.deepEqual(types, [`added kube-public/${name}`, `updated kube-public/${name}`]);
  });
}

test("stopping before the first list rejects `synced`, and what a callback throws stops nothing", async () => {
  const never = reflect(shaky.allMetadata(Secrets), { reduce: () => 0 });
  cut();
  await never.stop();
  await assert.rejects(never.synced, (error) => error instanceof KustodyError && error.code === "KST_HTTP_ABORTED");
  const errors: string[] = [];
  const reflector = reflect(kube.allMetadata(ConfigMaps), {
    reduce: () => 0,
    onChange: () => {
      throw new Error("callback");
    },
    onError: ({ message }) => errors.push(message),
  });
  await reflector.synced;
  assert.equal(errors.length, reflector.size);
  assert.ok(errors.length > 0 && errors.every((message) => message === "callback"));
  await reflector.stop();
});

test("a version that is no longer kept is KST_KUBE_EXPIRED, for a watch and for the next page; a whole list begins again", async () => {
  const maps = kube.namespaced(ConfigMaps, "default");
  for (let i = 0; i < 6; i++) await maps.create({ metadata: { name: `old-${i}` } });
  const pages = maps.pages({ pageSize: 1 });
  const { value } = await pages.next();
  for (let i = 0; i < 6; i++) await maps.mergePatch(`old-${i}`, { data: { a: "b" } });
  await compact(Number((await maps.list()).resourceVersion));
  // The API server's own cache would go on serving the old version.
  await plane.restart("kube-apiserver");
  const expired = (error: unknown) => error instanceof KustodyError && error.code === "KST_KUBE_EXPIRED";
  const rest = async () => {
    for (;;) if ((await pages.next()).done) return;
  };
  await assert.rejects(rest(), expired);
  const resourceVersion = value ? value.resourceVersion : "";
  await assert.rejects(async () => {
    for await (const batch of watchOnce(maps, { resourceVersion, timeoutSeconds: 60 })) assert.ok(batch);
  }, expired);
  assert.equal(
    (await maps.list({ pageSize: 2 })).items.filter(({ metadata }) => metadata.name.startsWith("old-")).length,
    6,
  );
});

/** Lets etcd forget everything before `revision`. */
async function compact(revision: number): Promise<void> {
  const { endpoint, caFile, certFile, keyFile } = plane.etcd;
  const [pem, certificatePem, key] = await Promise.all(
    [caFile, certFile, keyFile].map((path) => readFile(path, "utf8")),
  );
  assert.ok(pem && certificatePem && key);
  const tls = {
    ca: { pem, trust: "only" as const },
    clientCertificate: { certificatePem, keyPem: Secret.fromText(key) },
  };
  const etcd = createHttpClient({ baseUrl: endpoint, tls });
  const { status } = await etcd.request({
    method: "POST",
    path: "/v3/kv/compaction",
    body: JSON.stringify({ revision, physical: true }),
  });
  assert.equal(status, 200);
  await etcd.close();
}
