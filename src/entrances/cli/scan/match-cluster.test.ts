import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { after, before, test } from "node:test";
import { connectKube, type Kube, Namespaces, Secrets } from "../../../kernel/kube/index.ts";
import { Secret } from "../../../kernel/secret/secret.ts";
import { type ControlPlane, startControlPlane } from "../../../lab/index.ts";
import { run } from "../run.ts";

const VALUE = "Zq7-82hd-91kf-live";
let plane: ControlPlane;
let kube: Kube;
let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kustody-match-"));
  plane = await startControlPlane();
  kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
  await kube.cluster(Namespaces).create({ metadata: { name: "shop" } });
  const secret = (name: string, data: Record<string, string>): Promise<unknown> =>
    kube.namespaced(Secrets, "shop").create({
      metadata: { name },
      data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Secret.fromText(value)])),
    });
  await secret("db", { password: VALUE, user: "app" });
  await secret("copy", { "with-line-end": `${VALUE}\n` });
  await secret("other", { password: `${VALUE}x` });
});
after(async () => {
  await kube?.close();
  await plane?.stop();
  await rm(folder, { recursive: true });
});

async function scan(
  ...args: readonly string[]
): Promise<{ readonly out: string; readonly err: string; readonly code: number }> {
  const texts = { out: "", err: "" };
  const into = (name: "out" | "err"): Writable =>
    new Writable({
      write(chunk: Buffer, _, done) {
        texts[name] += chunk.toString();
        done();
      },
    });
  const terminal = {
    stdin: Readable.from([]),
    stdout: into("out"),
    stderr: into("err"),
    stdoutIsTty: false,
    stderrIsTty: false,
  };
  const code = await run(["scan", "dir", folder, ...args], terminal);
  return { code, ...texts };
}

test("a value that lives in the cluster is told with the Secrets that hold it, plain, encoded, with a line end", async () => {
  await writeFile(
    join(folder, "values.yaml"),
    `auth:\n  password: ${VALUE}\nother:\n  password: not-in-the-cluster-1\n`,
  );
  const encoded = Buffer.from(VALUE).toString("base64");
  await writeFile(
    join(folder, "s.yaml"),
    `apiVersion: v1\nkind: Secret\nmetadata: {name: db}\ndata:\n  p: ${encoded}\n`,
  );
  const { out, err, code } = await scan("--match-cluster", "--kubeconfig", plane.kubeconfig);
  assert.equal(code, 1, err);
  const held = "    held by the Secret shop/copy/with-line-end\n    held by the Secret shop/db/password\n";
  assert.equal(out.split(held).length - 1, 2, out);
  assert.equal(out.match(/held by/g)?.length, 4, "the value that is not in the cluster is held by none");
  assert.match(err, /Secrets in the cluster: they hold 2 of the values that were found/);
  assert.ok(!(out + err).includes(VALUE) && !(out + err).includes(encoded));
});

test("reports carry the same", async () => {
  const { out } = await scan("--match-cluster", "--kubeconfig", plane.kubeconfig, "-f", "json");
  const leaks = JSON.parse(out) as readonly { readonly LiveSecrets?: readonly string[] }[];
  assert.deepEqual(
    leaks.map(({ LiveSecrets }) => LiveSecrets?.length ?? 0).sort((a, b) => a - b),
    [0, 2, 2],
  );
});

test("a cluster that can't be read is an error, and no clean scan", async () => {
  const { code, err } = await scan("--match-cluster", "--kubeconfig", join(folder, "none"));
  assert.equal(code, 2);
  assert.match(err, /KST_KUBE_CONFIG/);
});
