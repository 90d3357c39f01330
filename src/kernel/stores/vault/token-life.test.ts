import assert from "node:assert/strict";
import { test } from "node:test";
import { tokenStep } from "./token-life.ts";
import { vaultPaths } from "./vault-paths.ts";

test("a token is used, renewed after two thirds of its life, and replaced before its end", () => {
  const life = { issuedAt: 0, ttlMillis: 60_000, renewable: true };
  assert.deepEqual(
    [0, 39_999, 40_000, 54_999, 55_000].map((now) => tokenStep(life, now)),
    ["use", "use", "renew", "renew", "login"],
  );
  assert.equal(tokenStep({ ...life, renewable: false }, 50_000), "use");
  assert.equal(tokenStep({ ...life, ttlMillis: 0 }, 1e12), "use");
  assert.equal(tokenStep(life, -1), "login");
});

test("paths are those that ESO builds, with each segment encoded", () => {
  const table: ["v1" | "v2", string | undefined, string, string, string][] = [
    ["v2", "secret/path", "foo", "secret/path/data/foo", "secret/path/metadata/foo"],
    ["v2", "secret/path", "secret/path/foo", "secret/path/data/foo", "secret/path/metadata/foo"],
    ["v2", "secret/path", "secret/path/data/foo", "secret/path/data/foo", "secret/path/metadata/foo"],
    ["v2", "secret", "data/foo", "secret/data/data/foo", "secret/metadata/data/foo"],
    ["v2", undefined, "secret/path/foo", "secret/data/path/foo", "secret/metadata/path/foo"],
    ["v2", undefined, "secret/path/data/foo", "secret/path/data/foo", "secret/path/metadata/foo"],
    ["v1", "secret/path", "foo", "secret/path/foo", "secret/path/foo"],
    ["v1", "secret/path", "secret/path/foo", "secret/path/foo", "secret/path/foo"],
    ["v1", undefined, "secret/path/foo", "secret/path/foo", "secret/path/foo"],
    [
      "v2",
      "secret",
      "a b/c%2f?x=1#y",
      "secret/data/a%20b/c%252f%3Fx%3D1%23y",
      "secret/metadata/a%20b/c%252f%3Fx%3D1%23y",
    ],
  ];
  for (const [version, path, key, data, metadata] of table) {
    assert.deepEqual(vaultPaths({ version, ...(path === undefined ? {} : { path }) }, key), { data, metadata }, key);
  }
  for (const key of ["", "/", "a//b", "a/", "../x", "a/%2e%2e/b", "a\nb"]) {
    assert.ok("error" in vaultPaths({ version: "v2", path: "secret" }, key), JSON.stringify(key));
  }
});
