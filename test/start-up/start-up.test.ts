import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";

const RECORDER = new URL("record-modules.mjs", import.meta.url).href;

/** The modules that `kustody ARGS` loads: ours as paths from the root, packages by name. */
function modulesLoadedBy(args: readonly string[]): Set<string> {
  const folder = mkdtempSync(path.join(tmpdir(), "kustody-modules-"));
  try {
    const list = path.join(folder, "modules");
    const env = { ...process.env, NODE_OPTIONS: `--import=${RECORDER}`, KUSTODY_TEST_MODULES: list };
    spawnSync("bin/kustody", args, { env });
    return new Set(readFileSync(list, "utf8").trim().split("\n").map(nameOf));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function nameOf(url: string): string {
  const inPackage = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  return inPackage ?? path.relative(process.cwd(), new URL(url).pathname);
}

test("kustody --help loads the command line and nothing else", () => {
  const loaded = modulesLoadedBy(["--help"]);
  assert.ok(loaded.has("commander") && loaded.has("src/entrances/cli/run.ts"), "the recorder saw the start");
  const others = [...loaded].filter(
    (name) => !/^(commander|bin\/kustody\.mjs|test\/.*|src\/entrances\/cli\/[^/]+|src\/kernel\/errors\.ts)$/.test(name),
  );
  assert.deepEqual(others, []);
});

test("checking files loads neither the Kubernetes client nor a server", () => {
  const loaded = modulesLoadedBy(["check", "examples/seed"]);
  assert.ok(loaded.has("src/catalog.ts"), "the recorder saw the check");
  const unwanted = ["undici", "fastify", "pino", "prom-client", "@peculiar/x509", "src/kernel/kube/kube.ts"];
  assert.deepEqual(
    unwanted.filter((name) => loaded.has(name)),
    [],
  );
});

test("scanning what is staged loads the scanner and nothing else", () => {
  const loaded = modulesLoadedBy(["scan", "staged", "."]);
  assert.ok(loaded.has("src/practices/git/scan/scanner.ts"), "the recorder saw the scan");
  const packages = [...loaded].filter((name) => !/^(src|bin|test)\//.test(name));
  assert.deepEqual(packages, ["commander"], "neither TOML nor zod nor YAML before they are needed");
});

test("the KMS plugin with a local key loads no client of a key service", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "kustody-modules-kms-"));
  try {
    const keys = path.join(folder, "kms.keys");
    spawnSync("bin/kustody", ["kms", "key", "init", keys, "--recovery", `${keys}.copy`]);
    // It ends at the socket, in a folder that is not there, after all else is loaded.
    const listen = `unix://${folder}/nowhere/kms.sock`;
    const loaded = modulesLoadedBy(["kms", "serve", "--listen", listen, "--key", `local://${keys}`]);
    assert.ok(loaded.has("src/kernel/keys/local/local-key.ts"), "the recorder saw the key");
    const unwanted = [
      "@aws-sdk/client-kms",
      "@azure/identity",
      "@google-cloud/kms",
      "@grpc/grpc-js",
      "undici",
      "fastify",
      "src/kernel/kube/kube.ts",
    ];
    assert.deepEqual(
      unwanted.filter((name) => loaded.has(name)),
      [],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
