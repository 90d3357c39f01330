import assert from "node:assert/strict";
import { test } from "node:test";
import { BINARIES, type BinarySource } from "./catalog.ts";
import { digestIn, downloadUrl } from "./download.ts";
import { sameMinor } from "./find.ts";
import { buildArgs } from "./go-build.ts";
import { pinnedVersion, requiredVersion } from "./pinned-version.ts";

const GO_MOD = `module example.dev/lab
require example.dev/single v1.2.3
require (
	example.dev/server/v3 v3.6.13 // indirect
	example.dev/server v0.1.0
)
replace example.dev/replaced => example.dev/replaced v9.9.9
`;

test("the version is the one that go.mod requires, of exactly that module", () => {
  assert.equal(requiredVersion(GO_MOD, "example.dev/single"), "1.2.3");
  assert.equal(requiredVersion(GO_MOD, "example.dev/server/v3"), "3.6.13");
  assert.equal(requiredVersion(GO_MOD, "example.dev/server"), "0.1.0");
  assert.equal(requiredVersion(GO_MOD, "example.dev/replaced"), undefined);
  assert.equal(requiredVersion(GO_MOD, "example.dev"), undefined);
});

test("every binary of the catalog has a pinned version", async () => {
  for (const source of Object.values<BinarySource>(BINARIES))
    assert.match(await pinnedVersion(source), /^\d+\.\d+\.\d+$/);
});

test("a version is the same minor whatever words surround it", () => {
  const pinned = "1.36.3";
  for (const text of ["Kubernetes v1.36.0", "Client Version: v1.36.9\nKustomize Version: v5.8.1"]) {
    assert.equal(sameMinor(text, pinned), true, text);
  }
  for (const text of ["", "Kubernetes v1.3.6", "Kubernetes v1.361.0", "v1.35.3", "no version"]) {
    assert.equal(sameMinor(text, pinned), false, text);
  }
});

test("a checksum file holds the digest alone or before a name", () => {
  const digest = "ab".repeat(32);
  for (const text of [digest, `${digest}\n`, `${digest}  etcd\n`, digest.toUpperCase()]) {
    assert.equal(digestIn(text), digest);
  }
  for (const text of ["", `${digest}0`, `x${digest}`, "404 page not found"]) assert.equal(digestIn(text), undefined);
});

test("downloads are laid out by version and platform", () => {
  assert.match(
    downloadUrl("https://m.example/x//", "1.2.3", "etcd"),
    /^https:\/\/m\.example\/x\/1\.2\.3\/\w+-\w+\/etcd$/,
  );
});

test("a Kubernetes server is told its version when it is built", () => {
  const flags = buildArgs(BINARIES["kube-apiserver"], "1.36.3", "/out").join(" ");
  for (const told of ["gitVersion=v1.36.3 ", "gitMajor=1 ", "gitMinor=36 "]) assert.ok(flags.includes(told), told);
  assert.equal(buildArgs(BINARIES.etcd, "3.6.13", "/out").join(" ").includes("-X"), false);
});
