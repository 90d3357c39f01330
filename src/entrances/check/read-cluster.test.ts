import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { InputError } from "../../kernel/finding/scorecard.ts";
import { connectKube } from "../../kernel/kube/index.ts";
import { checkCluster } from "./check-cluster.ts";
import { readCluster } from "./read-cluster.ts";

/** Checks a server that answers each path with what `answers` has for it, else with `otherwise`. */
async function check(
  answers: Readonly<Record<string, unknown>>,
  otherwise = 404,
): Promise<{ objects: number; unreadable: string[] }> {
  const server: Server = createServer(({ url = "" }, reply) => {
    const answer = answers[url.split("?")[0] ?? ""];
    reply.writeHead(answer === undefined ? otherwise : 200, { "content-type": "application/json" });
    reply.end(JSON.stringify(answer ?? { kind: "Status", code: otherwise }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const folder = await mkdtemp(join(tmpdir(), "kustody-read-cluster-"));
  const kubeconfig = join(folder, "config");
  const { port } = server.address() as AddressInfo;
  const cluster = { server: `http://127.0.0.1:${port}` };
  const config = {
    "current-context": "a",
    clusters: [{ name: "a", cluster }],
    users: [{ name: "a", user: {} }],
    contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
  };
  await writeFile(kubeconfig, JSON.stringify(config));
  const kube = await connectKube({ env: {}, kubeconfig });
  try {
    const unreadable: InputError[] = [];
    const { objects } = await checkCluster(
      readCluster(kube, { onProgress: () => {}, onUnreadable: (error) => unreadable.push(error) }),
    );
    return { objects, unreadable: unreadable.map(({ reason }) => reason.split(":")[0] ?? "") };
  } finally {
    await kube.close();
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true });
  }
}

test("a server that is no Kubernetes API server is an error, not a clean cluster", async () => {
  await assert.rejects(check({}), { code: "KST_KUBE_REPLY" });
});

test("a built-in kind that the server does not serve is told, a custom one is not", async () => {
  const items = [{ metadata: { name: "shop", uid: "1", resourceVersion: "1" } }];
  const { objects, unreadable } = await check({
    "/api/v1/namespaces": { kind: "NamespaceList", apiVersion: "v1", metadata: { resourceVersion: "1" }, items },
  });
  assert.equal(objects, 1);
  assert.ok(unreadable.includes("list secrets") && unreadable.includes("list pods"), unreadable.join());
  assert.ok(!unreadable.some((reason) => reason.includes("argoproj")), unreadable.join());
});

test("who may list nothing is told so once for each kind, and for custom ones only where they are served", async () => {
  const rollouts = { kind: "APIResourceList", resources: [{ name: "rollouts" }] };
  const none = { kind: "APIResourceList", resources: [] };
  const { objects, unreadable } = await check(
    {
      "/apis/argoproj.io/v1alpha1": rollouts,
      "/apis/serving.knative.dev/v1": none,
      "/apis/apps.openshift.io/v1": none,
      "/apis/external-secrets.io/v1": { kind: "APIResourceList", resources: [{ name: "externalsecrets" }] },
      "/apis/external-secrets.io/v1alpha1": none,
    },
    403,
  );
  assert.equal(objects, 0);
  assert.ok(unreadable.includes("list rollouts.argoproj.io") && unreadable.includes("list secrets"), unreadable.join());
  assert.equal(new Set(unreadable).size, unreadable.length);
  assert.ok(unreadable.includes("list externalsecrets.external-secrets.io"), unreadable.join());
  assert.ok(!unreadable.some((reason) => /knative|openshift|pushsecrets/.test(reason)), unreadable.join());
});
