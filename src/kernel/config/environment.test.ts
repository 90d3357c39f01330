import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../secret/secret.ts";
import { readEnvironment } from "./environment.ts";

test("a pod's variables make an in-cluster configuration, one of them alone doesn't", () => {
  const both = { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" };
  assert.deepEqual(readEnvironment(both).inCluster, { host: "10.0.0.1", port: "443" });
  assert.equal(readEnvironment({ KUBERNETES_SERVICE_HOST: "10.0.0.1" }).inCluster, undefined);
});

test("a proxy is parted from its credentials, which are not printed, and the lower-case name wins", () => {
  const environment = readEnvironment({
    https_proxy: "http://u:can%40ry@a:3128/",
    HTTPS_PROXY: "http://b",
    HTTP_PROXY: "c:8080",
    NO_PROXY: ".svc",
  });
  assert.equal(environment.httpsProxy?.url, "http://a:3128");
  assert.equal(environment.httpsProxy.credentials?.equals(Secret.fromText("u:can@ry")), true);
  assert.doesNotMatch(JSON.stringify(environment), /can/);
  assert.deepEqual(environment.httpProxy, { url: "http://c:8080" });
  assert.equal(environment.noProxy, ".svc");
});

test("a proxy of another kind is refused without being quoted", () => {
  for (const value of ["socks5://canary@h:1", "http://canary:x y@"]) {
    assert.throws(
      () => readEnvironment({ HTTPS_PROXY: value }),
      (error: Error) => error.message === "HTTPS_PROXY is not the URL of an HTTP proxy",
    );
  }
});

test("empty variables count as absent", () => {
  const environment = readEnvironment({ NO_COLOR: "", CI: "false", KUBECONFIG: "" });
  assert.deepEqual([environment.noColor, environment.ci, environment.kubeconfig], [false, false, undefined]);
  assert.equal(readEnvironment({ NO_COLOR: "1" }).noColor, true);
});
