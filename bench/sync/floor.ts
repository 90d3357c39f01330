import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createHttpClient } from "../../src/kernel/http/http-client.ts";
import type { HttpClient } from "../../src/kernel/http/http-types.ts";
import { Secret } from "../../src/kernel/secret/secret.ts";
import type { ControlPlane } from "../../src/lab/index.ts";

const CONCURRENCY = 64;

/** A bare client with the admin's certificate. */
export function bareClient(plane: ControlPlane): HttpClient {
  const pki = join(plane.dataDir, "pki");
  return createHttpClient({
    baseUrl: plane.server,
    tls: {
      ca: { pem: readFileSync(plane.caFile, "utf8"), trust: "only" },
      clientCertificate: {
        certificatePem: readFileSync(join(pki, "admin.crt"), "utf8"),
        keyPem: Secret.fromBytes(readFileSync(join(pki, "admin.key"))),
      },
    },
    headers: { "content-type": "application/json" },
  });
}

/** Runs `task` for 0…count-1, so many at a time; the seconds it took. */
export async function spread(count: number, task: (i: number) => Promise<void>): Promise<number> {
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (next < count) await task(next++);
    }),
  );
  return (performance.now() - began) / 1000;
}

async function send(client: HttpClient, method: "POST" | "PATCH", path: string, body: object, type?: string) {
  const headers = { "content-type": type ?? "application/json" };
  const reply = await client.request({ method, path, body: JSON.stringify(body), headers });
  if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${reply.body.toString().slice(0, 300)}`);
}

/** The writes that nobody can do without, for ExternalSecrets `es-0`… of a namespace; seconds. `parity` adds finalizer and Event. */
export async function floorSeconds(client: HttpClient, namespace: string, count: number, parity: boolean) {
  const value = Buffer.from("x".repeat(24)).toString("base64");
  const es = `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets`;
  return await spread(count, async (i) => {
    const name = `es-${i}`;
    const now = new Date().toISOString().replace(/\.\d+Z$/, "Z");
    if (parity) {
      const patch = [{ op: "add", path: "/metadata/finalizers", value: ["example.com/cleanup"] }];
      await send(client, "PATCH", `${es}/${name}`, patch, "application/json-patch+json");
    }
    await send(client, "POST", `/api/v1/namespaces/${namespace}/secrets`, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name,
        labels: { "example.com/managed": "true" },
        annotations: { "example.com/hash": "0".repeat(56) },
      },
      data: { username: value, password: value },
    });
    const conditions = [
      { type: "Ready", status: "True", reason: "SecretSynced", message: "secret synced", lastTransitionTime: now },
    ];
    const status = { refreshTime: now, syncedResourceVersion: `1-${"0".repeat(56)}`, conditions };
    await send(client, "PATCH", `${es}/${name}/status`, { status }, "application/merge-patch+json");
    if (!parity) return;
    await send(client, "POST", `/apis/events.k8s.io/v1/namespaces/${namespace}/events`, {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { name: `${name}.${i.toString(16)}`, namespace },
      eventTime: new Date().toISOString().replace("Z", "000Z"),
      reportingController: "example.com/bench",
      reportingInstance: "bench",
      action: "Create",
      reason: "Created",
      type: "Normal",
      note: "secret created",
      regarding: { kind: "ExternalSecret", namespace, name },
    });
  });
}
