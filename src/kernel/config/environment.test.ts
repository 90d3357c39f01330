import assert from "node:assert/strict";
import { test } from "node:test";
import { readEnvironment } from "./environment.ts";

test("a pod's variables make an in-cluster configuration, one of them alone doesn't", () => {
  const both = { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" };
  assert.deepEqual(readEnvironment(both).inCluster, { host: "10.0.0.1", port: "443" });
  assert.equal(readEnvironment({ KUBERNETES_SERVICE_HOST: "10.0.0.1" }).inCluster, undefined);
});

test("a proxy's credentials are not printed, and the lower-case name wins", () => {
  const environment = readEnvironment({ https_proxy: "http://u:canary@a", HTTPS_PROXY: "http://b", NO_PROXY: ".svc" });
  assert.equal(environment.httpsProxy?.unwrap().toString(), "http://u:canary@a");
  assert.doesNotMatch(JSON.stringify(environment), /canary/);
  assert.equal(environment.noProxy, ".svc");
  assert.equal(environment.httpProxy, undefined);
});

test("empty variables count as absent", () => {
  const environment = readEnvironment({ NO_COLOR: "", CI: "false", KUBECONFIG: "" });
  assert.deepEqual([environment.noColor, environment.ci, environment.kubeconfig], [false, false, undefined]);
  assert.equal(readEnvironment({ NO_COLOR: "1" }).noColor, true);
});
