import assert from "node:assert/strict";
import { test } from "node:test";
import { renderUpReport } from "./render-up-report.ts";

test("the report says what runs where, and what to type next", () => {
  const processes = [
    { component: "etcd", pid: 1, url: "https://127.0.0.1:2379" },
    { component: "kube-apiserver", pid: 2, url: "https://127.0.0.1:6443" },
  ];
  const report = renderUpReport({
    command: "./bin/kustody",
    kubeconfig: "/data/kubeconfig",
    objects: 12,
    processes,
    synced: "secret synced",
    encrypted: "2 of 2 Secrets in etcd are encrypted",
  });
  assert.match(report, /^ {2}etcd {12}https:\/\/127\.0\.0\.1:2379 {2}pid 1$/m);
  assert.match(report, /from the local store: secret synced\.$/m);
  assert.match(report, /^2 of 2 Secrets in etcd are encrypted\.$/m);
  assert.match(report, /^ {2}\.\/bin\/kustody check --cluster$/m);
  assert.match(report, /^ {2}export KUBECONFIG=\/data\/kubeconfig$/m);
});

test("a cluster that is somebody else's shows no processes", () => {
  assert.doesNotMatch(
    renderUpReport({
      command: "./bin/kustody",
      kubeconfig: "/k",
      objects: 12,
      processes: [],
      synced: undefined,
      encrypted: undefined,
    }),
    /What runs/,
  );
});
