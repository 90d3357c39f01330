import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../secret/secret.ts";
import { readEnvironment, readProxies } from "./environment.ts";

test("a proxy is parted from its credentials, which are not printed, and the lower-case name wins", () => {
  const proxies = readProxies({
    https_proxy: "http://u:can%40ry@a:3128/",
    HTTPS_PROXY: "http://b",
    HTTP_PROXY: "c:8080",
    NO_PROXY: ".svc",
  });
  assert.equal(proxies.https?.url, "http://a:3128");
  assert.equal(proxies.https.credentials?.equals(Secret.fromText("u:can@ry")), true);
  assert.doesNotMatch(JSON.stringify(proxies), /can/);
  assert.deepEqual(proxies.http, { url: "http://c:8080" });
  assert.equal(proxies.except, ".svc");
});

test("a proxy of another kind is refused without being quoted", () => {
  for (const value of ["socks5://canary@h:1", "http://canary:x y@"]) {
    assert.throws(
      () => readProxies({ HTTPS_PROXY: value }),
      (error: Error) => error.message === "HTTPS_PROXY is not the URL of an HTTP proxy",
    );
  }
});

test("empty variables count as absent", () => {
  const environment = readEnvironment({ NO_COLOR: "", CI: "false", HOME: "" });
  assert.deepEqual([environment.noColor, environment.ci, environment.home], [false, false, undefined]);
  assert.equal(readEnvironment({ NO_COLOR: "1" }).noColor, true);
});
