import assert from "node:assert/strict";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { inspect } from "node:util";
import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import { ManualClock } from "../../stores/testing/manual-clock.ts";
import type { KubeconfigExec } from "../config/kubeconfig-schema.ts";
import { execCredentials } from "./exec-credentials.ts";

const V1 = "client.authentication.k8s.io/v1";
const START = Date.parse("2026-01-01T00:00:00Z");
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kustody-exec-"));
});
after(() => rm(folder, { recursive: true }));

/** A source whose plugin is a shell script; it may count its runs in the file `runs`. */
async function source(script: string, exec: Partial<KubeconfigExec> = {}, clock = new ManualClock(START)) {
  const plugin = join(folder, "plugin");
  await writeFile(plugin, `#!/bin/sh\n${script}\n`);
  await chmod(plugin, 0o755);
  await rm(join(folder, "runs"), { force: true });
  const whole = { apiVersion: V1, command: "./plugin", interactiveMode: "Never" as const, ...exec };
  const cluster = { server: "https://k", "tls-server-name": "kube" };
  const env = { PATH: process.env["PATH"], FOLDER: folder };
  return execCredentials({ exec: whole, folder, cluster, caPem: "PEM", env, clock, interactive: false }, {});
}

const status = (fields: string) => `echo '{"apiVersion":"${V1}","kind":"ExecCredential","status":{${fields}}}'`;
const COUNT = "echo run >> $FOLDER/runs";
const runs = async () => (await readFile(join(folder, "runs"), "utf8")).split("\n").length - 1;

test("a token is kept until it expires or is refused, and requests at one time share a run", async () => {
  const clock = new ManualClock(START);
  const script = `${COUNT}\n${status('"token":"canary","expirationTimestamp":"2026-01-01T00:10:00Z"')}`;
  const credentials = await source(script, {}, clock);
  const [first] = await Promise.all([credentials.current(), credentials.current()]);
  assert.equal(first.token?.unwrap().toString(), "canary");
  await clock.advance(599_999);
  assert.equal(await credentials.current(), first);
  assert.equal(await runs(), 1);
  await clock.advance(1);
  const second = await credentials.current();
  assert.equal(await runs(), 2);
  assert.equal(await credentials.rejected(first), true);
  assert.equal(await runs(), 2);
  assert.equal(await credentials.rejected(second), true);
  assert.equal(await runs(), 3);
});

test("a certificate with its key is taken; arguments, environment and cluster reach the plugin", async () => {
  const script = `${COUNT}
test "$1 $SECRET" = "arg canary" || exit 3
echo "$KUBERNETES_EXEC_INFO" > $FOLDER/info
${status('"clientCertificateData":"CERT","clientKeyData":"canary-key"')}`;
  const env = [{ name: "SECRET", value: Secret.fromText("canary") }];
  const credentials = await source(script, { args: ["arg"], env, provideClusterInfo: true });
  const { clientCertificate, token } = await credentials.current();
  assert.equal(token, undefined);
  assert.equal(clientCertificate?.certificatePem, "CERT");
  assert.equal(clientCertificate?.keyPem.unwrap().toString(), "canary-key");
  const info = JSON.parse(await readFile(join(folder, "info"), "utf8")) as { spec: unknown };
  const cluster = { server: "https://k", "tls-server-name": "kube", "certificate-authority-data": "UEVN" };
  assert.deepEqual(info, { apiVersion: V1, kind: "ExecCredential", spec: { interactive: false, cluster } });
});

const FAILING: readonly [name: string, script: string, exec: Partial<KubeconfigExec>, says: RegExp][] = [
  ["a plugin that isn't there", "", { command: "./gone", installHint: "install it" }, /cannot be started.*install it/],
  ["an exit code", "echo canary; echo canary >&2; exit 7", {}, /exit code 7/],
  ["output that is no JSON", "echo canary", {}, /printed no ExecCredential/],
  ["another version", status('"token":"canary"'), { apiVersion: "client.authentication.k8s.io/v1beta1" }, /printed no/],
  ["too much output", "yes canary", {}, /more than 1048576 bytes/],
  ["no token", status(""), {}, /neither a token nor/],
  ["a certificate alone", status('"clientCertificateData":"canary"'), {}, /without its key/],
  ["a time that is none", status('"token":"canary","expirationTimestamp":"soon"'), {}, /not a time/],
];

for (const [name, script, exec, says] of FAILING) {
  test(`${name} is KST_KUBE_EXEC and shows nothing that the plugin printed`, async () => {
    const credentials = await source(script, exec);
    await assert.rejects(credentials.current(), (error) => {
      assert.ok(error instanceof KustodyError);
      assert.equal(error.code, "KST_KUBE_EXEC");
      assert.match(`${error.message} ${error.hint}`, says);
      assert.doesNotMatch(inspect(error, { depth: 9 }), /canary/);
      return true;
    });
  });
}

test("a plugin that must talk to a person is refused without a terminal", async () => {
  await assert.rejects(source("", { interactiveMode: "Always" }), /wants to talk to a person/);
});
