import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { KustodyError } from "../../kernel/errors.ts";
import { ensureBinaries } from "../../lab/binaries/ensure-binaries.ts";
import { onFreePorts } from "../../lab/free-ports.ts";
import { findingsIn } from "../../model/world/findings-in.ts";
import { encryption } from "./index.ts";

/** What our checks say makes an API server refuse the file, a real one refuses, and for that reason. */
let folder: string;
let apiServer: string;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kustody-encryption-"));
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(join(folder, "sa.key"), privateKey.export({ type: "pkcs1", format: "pem" }), { mode: 0o600 });
  apiServer = (await ensureBinaries(["kube-apiserver"])).get("kube-apiserver") ?? "";
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

const provider = (fields: string): string => `{kms: {endpoint: "unix:///run/kms/a.sock", ${fields}}}`;
const key = Buffer.alloc(32, 7).toString("base64");
const cases: readonly { rule: string; entries: string; refusal: RegExp }[] = [
  {
    rule: "SecretsNotCovered",
    entries: "- {resources: [secrets], providers: []}",
    refusal: /at least one resources\[0\]\.providers is required/,
  },
  {
    rule: "WildcardListedBeforeSecrets",
    entries: `- {resources: ["*.*"], providers: [{secretbox: {keys: [{name: k, secret: ${key}}]}}]}\n- {resources: [secrets], providers: [{identity: {}}]}`,
    refusal: /masked by earlier rule/,
  },
  {
    rule: "KmsLacksApiVersion",
    entries: `- {resources: [secrets], providers: [${provider("name: a")}]}`,
    refusal: /KMSv1 is deprecated/,
  },
  {
    rule: "KmsVersionOne",
    entries: `- {resources: [secrets], providers: [${provider("name: a, apiVersion: v1")}]}`,
    refusal: /KMSv1 is deprecated/,
  },
  {
    rule: "CachesizeWithKmsV2",
    entries: `- {resources: [secrets], providers: [${provider("name: a, apiVersion: v2, cachesize: 9")}]}`,
    refusal: /cachesize is not supported in v2/,
  },
  {
    rule: "KmsNameHasColon",
    entries: `- {resources: [secrets], providers: [${provider('name: "a:b", apiVersion: v2')}]}`,
    refusal: /must not contain ':'/,
  },
  {
    rule: "KmsNameRepeated",
    entries: `- {resources: [secrets], providers: [${provider("name: a, apiVersion: v2")}]}\n- {resources: [configmaps], providers: [${provider("name: a, apiVersion: v2")}]}`,
    refusal: /duplicate KMS provider name/,
  },
];

for (const { rule, entries, refusal } of cases) {
  test(`${rule}: the API server refuses the file too`, async () => {
    const text = `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n${entries}\n`;
    assert.ok(findingsIn(encryption, text).some((finding) => finding.rule === `encryption/${rule}`));
    const file = join(folder, `${rule}.yaml`);
    writeFileSync(file, text);
    assert.match(await onFreePorts(1, async ([port = 0]) => await startApiServer(file, port)), refusal);
  });
}

/** What the API server says while it tries to start with this file; it reads it before it looks for etcd. */
async function startApiServer(file: string, port: number): Promise<string> {
  const serviceAccounts = join(folder, "sa.key");
  const args = [
    "--etcd-servers=http://127.0.0.1:1",
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    "--service-cluster-ip-range=10.0.0.0/24",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${serviceAccounts}`,
    `--service-account-signing-key-file=${serviceAccounts}`,
    `--cert-dir=${join(folder, "certificates")}`,
    `--encryption-provider-config=${file}`,
  ];
  const { promise, resolve } = Promise.withResolvers<string>();
  execFile(apiServer, args, { timeout: 60_000, killSignal: "SIGKILL" }, (_error, stdout, stderr) =>
    resolve(stdout + stderr),
  );
  const said = await promise;
  if (said.includes("address already in use")) throw new KustodyError("KST_LAB_PORT_TAKEN", `port ${port} is taken`);
  return said;
}
