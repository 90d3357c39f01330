import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { promisify } from "node:util";
import { type LabEnvironment, readLabEnvironment } from "../environment.ts";
import { BINARIES } from "./catalog.ts";
import { downloadUrl } from "./download.ts";
import { ensureBinaries } from "./ensure-binaries.ts";
import { onPath } from "./find.ts";
import { pinnedVersion } from "./pinned-version.ts";

let folder: string;
let environment: LabEnvironment;
let version: string;
let server: Server;
let base: string;
/** What the download server has, by path. */
const files = new Map<string, Buffer>();
const asked: string[] = [];
const progress: string[] = [];
const onProgress = (line: string) => void progress.push(line);

before(async () => {
  version = await pinnedVersion(BINARIES.etcd);
  server = createServer((incoming, outgoing) => {
    asked.push(incoming.url ?? "");
    const file = files.get(incoming.url ?? "");
    outgoing.statusCode = file === undefined ? 404 : 200;
    outgoing.end(file);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mirror/`;
});
after(() => {
  server.close();
  server.closeAllConnections();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kustody-lab-test-"));
  files.clear();
  asked.length = 0;
  progress.length = 0;
  for (const name of ["assets", "path", "cache"]) await mkdir(join(folder, name));
  environment = {
    ...readLabEnvironment(),
    assets: join(folder, "assets"),
    path: [join(folder, "path")],
    cache: join(folder, "cache"),
    downloadUrl: undefined,
  };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** An executable that calls itself etcd of some version. */
async function install(place: string, name: string, says: string): Promise<string> {
  const file = join(folder, place, name);
  await writeFile(file, `#!/bin/sh\necho etcd Version: ${says}\n`);
  await chmod(file, 0o755);
  return file;
}

const ensure = async () => (await ensureBinaries(["etcd"], { environment, onProgress })).get("etcd");

function offer(content: Buffer, digest: string): void {
  const path = new URL(downloadUrl(base, version, "etcd")).pathname;
  files.set(path, content).set(`${path}.sha256`, Buffer.from(digest));
  environment = { ...environment, downloadUrl: base };
}

const SCRIPT = Buffer.from("#!/bin/sh\necho downloaded\n");
const DIGEST = createHash("sha256").update(SCRIPT).digest("hex");

test("a binary is taken from the first place that has it", async () => {
  const cached = await install("cache", `etcd-${version}`, version);
  assert.equal(await ensure(), cached);
  const onPath = await install("path", "etcd", version);
  assert.equal(await ensure(), onPath);
  const asset = await install("assets", "etcd", "0.0.1");
  assert.equal(await ensure(), asset, "assets are taken as they are");
  offer(SCRIPT, DIGEST);
  assert.equal(await ensure(), asset);
  assert.deepEqual(asked, []);
});

test("a binary on the PATH of another minor version is named and not used", async () => {
  const old = await install("path", "etcd", "3.4.30");
  const cached = await install("cache", `etcd-${version}`, version);
  assert.equal(await ensure(), cached);
  assert.deepEqual(progress, [`${old} is of another version than ${version}: not used`]);
});

test("each binary goes its own way", async () => {
  const etcd = await install("assets", "etcd", version);
  const kubernetes = await pinnedVersion(BINARIES["kube-apiserver"]);
  const apiServer = await install("cache", `kube-apiserver-${kubernetes}`, kubernetes);
  const found = await ensureBinaries(["etcd", "kube-apiserver"], { environment });
  assert.deepEqual([...found.values()], [etcd, apiServer]);
});

test("a download with the right checksum is kept in the cache, executable, and asked for once", async () => {
  offer(SCRIPT, `${DIGEST}  etcd\n`);
  const [first, second] = await Promise.all([ensure(), ensure()]);
  assert.equal(first, join(folder, "cache", `etcd-${version}`));
  assert.equal(second, first);
  assert.equal((await promisify(execFile)(first)).stdout, "downloaded\n");
  assert.equal(asked.length, 2, "the checksum and the binary, though two wanted them");
  assert.ok(progress.includes(`waiting for another process that fetches etcd ${version}`));
  assert.deepEqual(await readdir(join(folder, "cache")), [`etcd-${version}`]);
});

for (const [what, digest] of Object.entries({ another: "0".repeat(64), "no digest": "<html>not found</html>" })) {
  test(`a download whose checksum names ${what} is refused, and nothing of it is kept`, async () => {
    offer(SCRIPT, digest);
    await assert.rejects(ensure(), { code: "KST_LAB_CHECKSUM" });
    assert.deepEqual(await readdir(join(folder, "cache")), []);
  });
}

test("without a download and without go, the error names the binary and the ways to get it", async () => {
  environment = { ...environment, downloadUrl: base }; // which has nothing
  await assert.rejects(ensure(), (error: { code: string; message: string; hint: string }) => {
    assert.equal(error.code, "KST_LAB_BINARY_MISSING");
    assert.match(error.message, new RegExp(`^etcd ${version.replaceAll(".", "\\.")} is not on this machine`));
    for (const way of ["go.dev/dl", "KUBEBUILDER_ASSETS", "PATH", "KUSTODY_LAB_DOWNLOAD_URL"]) {
      assert.ok(error.hint.includes(way), way);
    }
    return true;
  });
  assert.match(progress[0] ?? "", /^no download: .*HTTP 404$/);
  environment = { ...environment, downloadUrl: "http://127.0.0.1:1/" };
  await assert.rejects(ensure(), { code: "KST_LAB_BINARY_MISSING" });
  assert.match(progress.at(-1) ?? "", /^no download: .*(refused|bad port)/i);
});

test("a build that fails says so with go's last words", async () => {
  const go = join(folder, "path", "go");
  await writeFile(
    go,
    "#!/bin/sh\necho runtime/internal >&2\necho 'dial tcp: lookup proxy.example: no such host' >&2\nexit 1\n",
  );
  await chmod(go, 0o755);
  await assert.rejects(ensure(), (error: { code: string; message: string }) => {
    assert.equal(error.code, "KST_LAB_BUILD_FAILED");
    assert.match(error.message, /no such host$/);
    return true;
  });
  assert.deepEqual(await readdir(join(folder, "cache")), []);
});

test("a build that is given up ends go and leaves nothing", async () => {
  const go = join(folder, "path", "go");
  const pidFile = join(folder, "pid");
  await writeFile(go, `#!/bin/sh\necho $$ > ${pidFile}\nsleep 600\n`);
  await chmod(go, 0o755);
  const controller = new AbortController();
  const starts = (line: string) =>
    line.startsWith("building") && setTimeout(() => controller.abort(new Error("enough")), 200);
  const building = ensureBinaries(["etcd"], { environment, onProgress: starts, signal: controller.signal });
  await assert.rejects(building, /enough/);
  const pid = Number(await readFile(pidFile, "utf8"));
  assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  assert.deepEqual(await readdir(join(folder, "cache")), []);
});

test("go builds the pinned version, with progress, once for two who want it at the same time", async () => {
  const go = await onPath(readLabEnvironment().path, "go");
  assert.ok(go, "this test needs go on the PATH");
  const isolated = { ...environment, path: [dirname(go)] };
  const both = () => ensureBinaries(["etcd"], { environment: isolated, onProgress });
  const [first, second] = await Promise.all([both(), both()]);
  assert.equal(first.get("etcd"), second.get("etcd"));
  const { stdout } = await promisify(execFile)(first.get("etcd") ?? "", ["--version"]);
  assert.ok(stdout.startsWith(`etcd Version: ${version}\n`), stdout);
  assert.equal(progress.filter((line) => line.startsWith("building etcd")).length > 0, true);
  assert.equal(progress.filter((line) => line.startsWith("built etcd")).length, 1);
});
