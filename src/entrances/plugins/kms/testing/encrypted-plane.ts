import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type AdminReply, adminRequest, readIdentity } from "../../../../lab/admin-client.ts";
import { probe } from "../../../../lab/https-probe.ts";
import type { ControlPlane } from "../../../../lab/index.ts";

/** Writes an EncryptionConfiguration that has Secrets encrypted by the plugins at these sockets, the first of them writing. */
export async function writeEncryptionConfig(
  file: string,
  providers: Readonly<Record<string, string>>,
): Promise<string> {
  const lines = Object.entries(providers).map(
    ([name, socketPath]) =>
      `      - kms: {apiVersion: v2, name: ${name}, endpoint: "unix://${socketPath}", timeout: 3s}\n`,
  );
  await writeFile(
    file,
    `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n  - resources: [secrets]\n    providers:\n${lines.join("")}      - identity: {}\n`,
  );
  return file;
}

type Plane = Pick<ControlPlane, "server" | "caFile" | "dataDir">;

/** Creates or replaces a Secret with one value. */
export async function putSecret(plane: Plane, name: string, value: string): Promise<AdminReply> {
  const path = "/api/v1/namespaces/default/secrets";
  const json = { metadata: { name }, stringData: { value } };
  const created = await adminRequest(plane, path, { json });
  return created.status === 409 ? await adminRequest(plane, `${path}/${name}`, { json, method: "PUT" }) : created;
}

export async function readSecret(plane: Plane, name: string): Promise<string> {
  const { status, body } = await adminRequest(plane, `/api/v1/namespaces/default/secrets/${name}`);
  assert.equal(status, 200, JSON.stringify(body));
  const { data } = body as { data: { value: string } };
  return Buffer.from(data.value, "base64").toString();
}

/** What etcd holds for a Secret, byte by byte. */
export async function rawSecret(plane: ControlPlane, name: string): Promise<Buffer> {
  const identity = await readIdentity(plane.etcd);
  const key = Buffer.from(`/registry/secrets/default/${name}`).toString("base64");
  const reply = await probe(`${plane.etcd.endpoint}/v3/kv/range`, identity, { method: "POST", json: { key } });
  const { kvs } = JSON.parse(reply.body) as { kvs?: [{ value: string }] };
  return Buffer.from(kvs?.[0].value ?? "", "base64");
}

/** Until it is true; a minute at most, which is what the API server takes from one Status to the next. */
export async function until(what: string, isTrue: () => Promise<boolean>, seconds = 100): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !(await isTrue()); await sleep(200)) {
    assert.ok(Date.now() < end, `not within ${seconds} s: ${what}`);
  }
}
