import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { packImages } from "./image.ts";
import { packTar, type TarEntry } from "./tar.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kustody-lab-test-"));
});
after(() => rm(folder, { recursive: true, force: true }));

async function unpack(archive: Buffer): Promise<void> {
  await writeFile(join(folder, "archive.tar"), archive);
  await promisify(execFile)("tar", ["-xf", join(folder, "archive.tar"), "-C", folder]);
}

const FILES: TarEntry[] = [
  { path: "bin", kind: "folder", mode: 0o755 },
  { path: "bin/exact", kind: "file", mode: 0o755, content: Buffer.alloc(1024, "x") },
  { path: "bin/odd", kind: "file", mode: 0o640, content: Buffer.from("odd") },
  { path: "bin/empty", kind: "file", mode: 0o600, content: Buffer.alloc(0) },
  { path: "bin/link", kind: "link", target: "odd" },
];

test("tar itself unpacks what is packed", async () => {
  await unpack(packTar(FILES));
  assert.equal((await readFile(join(folder, "bin/exact"))).length, 1024);
  assert.equal(await readFile(join(folder, "bin/link"), "utf8"), "odd");
  assert.equal(await readlink(join(folder, "bin/link")), "odd");
  assert.equal((await stat(join(folder, "bin/odd"))).mode & 0o777, 0o640);
  assert.equal((await stat(join(folder, "bin/empty"))).size, 0);
});

test("a name that ustar cannot hold is an error, not another name", () => {
  assert.throws(() => packTar([{ path: "x".repeat(101), kind: "folder", mode: 0o755 }]), RangeError);
});

test("images that share a layer hold it once, and equal input gives equal bytes", async () => {
  const image = (tag: string) => ({ tag, files: FILES, entrypoint: ["/bin/odd"] });
  const archive = packImages([image("example.dev/a:1"), image("example.dev/b:1")], "amd64");
  assert.deepEqual(packImages([image("example.dev/a:1"), image("example.dev/b:1")], "amd64"), archive);
  await unpack(archive);
  const manifest = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")) as {
    RepoTags: string[];
    Config: string;
    Layers: string[];
  }[];
  assert.deepEqual(
    manifest.flatMap(({ RepoTags }) => RepoTags),
    ["example.dev/a:1", "example.dev/b:1"],
  );
  const [layer] = manifest[0]?.Layers ?? [];
  assert.deepEqual(manifest[1]?.Layers, [layer]);
  const config = JSON.parse(await readFile(join(folder, manifest[0]?.Config ?? ""), "utf8")) as {
    rootfs: { diff_ids: string[] };
  };
  assert.deepEqual(config.rootfs.diff_ids, [`sha256:${layer?.replace(".tar", "")}`]);
});
