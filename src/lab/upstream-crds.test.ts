import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readLabEnvironment } from "./environment.ts";
import { upstreamCrds } from "./upstream-crds.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kustody-lab-test-"));
});
after(() => rm(folder, { recursive: true, force: true }));

test("upstream's definitions come from its Go module, once, and are kept in the cache", async () => {
  const environment = { ...readLabEnvironment(), cache: join(folder, "cache") };
  const lines: string[] = [];
  const options = { environment, onProgress: (line: string) => lines.push(line) };
  const [first, second] = await Promise.all([upstreamCrds(options), upstreamCrds(options)]);
  assert.deepEqual(
    first.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    ["externalsecrets", "secretstores", "clustersecretstores"].map(
      (plural) => `CustomResourceDefinition ${plural}.external-secrets.io`,
    ),
  );
  assert.deepEqual(second, first);
  assert.equal(lines.filter((line) => line.startsWith("downloading")).length, 1);
  assert.equal((await readdir(environment.cache)).length, 1, "no lock and no partial file stays");
  assert.deepEqual(await upstreamCrds({ environment: { ...environment, path: [] } }), first);
});

test("without go, and with nothing in the cache, the error says what to do", async () => {
  const environment = { ...readLabEnvironment(), cache: join(folder, "empty"), path: [] };
  await assert.rejects(upstreamCrds({ environment }), { code: "KST_LAB_BINARY_MISSING" });
});

test("a proxy that has not got the module is an error with go's reason", async () => {
  const all = { ...process.env, GOPROXY: "off", GOMODCACHE: join(folder, "modules"), GOFLAGS: "-modcacherw" };
  const environment = { ...readLabEnvironment(), cache: join(folder, "offline"), all };
  await assert.rejects(upstreamCrds({ environment }), (error: { code: string; message: string }) => {
    assert.equal(error.code, "KST_LAB_BUILD_FAILED");
    assert.match(error.message, /external-secrets: .*GOPROXY=off/);
    return true;
  });
});
