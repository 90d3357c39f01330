import assert from "node:assert/strict";
import { test } from "node:test";
import type { OwnerReference } from "../../../kernel/kube/object/object-meta.ts";
import type { ObservedTarget } from "./observed-target.ts";
import { planTarget, type TargetFacts, targetMetadata } from "./plan-target.ts";

const owner: OwnerReference = {
  apiVersion: "external-secrets.io/v1",
  kind: "ExternalSecret",
  name: "db",
  uid: "u1",
  controller: true,
  blockOwnerDeletion: true,
};
const metadata = targetMetadata({ namespace: "shop", name: "db" }, undefined, "Owner", "h1");
const observed: ObservedTarget = {
  uid: "s1",
  resourceVersion: "7",
  type: "Opaque",
  immutable: false,
  ...metadata,
  owners: [owner],
  prints: { password: "p1" },
  hashMatches: true,
};
const facts: TargetFacts = {
  creationPolicy: "Owner",
  owner,
  desired: { ...metadata, immutable: false, prints: { password: "p1" } },
  observed,
  hasStaleMarks: false,
};
const plan = (change: Partial<TargetFacts>, seen: Partial<ObservedTarget> = {}) =>
  planTarget({ ...facts, observed: { ...observed, ...seen }, ...change });
const changed = { desired: { ...facts.desired, prints: { password: "p2" } } };

test("nothing is written when the target has all that is desired", () => {
  assert.deepEqual(plan({}), { kind: "none" });
});

test("labels and annotations that others added to the target are no reason to write", () => {
  const labels = { ...observed.labels, "argocd.argoproj.io/instance": "shop" };
  assert.deepEqual(plan({}, { labels }), { kind: "none" });
});

test("a stale label alone is a reason to write", () => {
  const expected = { kind: "update", resourceVersion: "7", owners: [owner], extraKeys: [] };
  assert.deepEqual(plan({ hasStaleMarks: true }), expected);
});

test("a missing target is created, with an owner only under Owner", () => {
  assert.deepEqual(plan({ observed: undefined }), { kind: "create", owners: [owner] });
  assert.deepEqual(plan({ observed: undefined, creationPolicy: "Orphan" }), { kind: "create", owners: [] });
  assert.deepEqual(plan({ observed: undefined, creationPolicy: "CreateOrMerge" }), { kind: "create", owners: [] });
  assert.deepEqual(plan({ observed: undefined, creationPolicy: "Merge" }), { kind: "missing" });
  assert.deepEqual(plan({ observed: undefined, creationPolicy: "None" }), { kind: "none" });
});

test("other data is an update at the version that was seen", () => {
  const expected = { kind: "update", resourceVersion: "7", owners: [owner], extraKeys: [] };
  assert.deepEqual(plan(changed), expected);
});

test("keys that are no longer desired are named", () => {
  const change = plan({}, { prints: { password: "p1", old: "p0" } });
  assert.ok(change.kind === "update");
  assert.deepEqual(change.extraKeys, ["old"]);
});

test("a target of another ExternalSecret is refused", () => {
  const change = plan(changed, { owners: [{ ...owner, name: "other", uid: "u2" }] });
  assert.deepEqual(change, { kind: "refuse", step: "owned", cause: "other" });
});

test("a target that another controller owns is refused under Owner and merged into under Merge", () => {
  const owners = [{ ...owner, apiVersion: "cert-manager.io/v1", kind: "Certificate", name: "web" }];
  assert.equal(plan(changed, { owners }).kind, "refuse");
  const merged = plan({ ...changed, creationPolicy: "Merge" }, { owners });
  assert.ok(merged.kind === "update");
  assert.deepEqual(merged.owners, owners);
});

test("a recreated ExternalSecret takes over the target that its namesake left", () => {
  const change = plan({}, { owners: [{ ...owner, uid: "u0" }] });
  assert.ok(change.kind === "update");
  assert.deepEqual(change.owners, [owner]);
});

test("leaving Owner gives the ownership up", () => {
  const change = plan({ creationPolicy: "Orphan" });
  assert.ok(change.kind === "update");
  assert.deepEqual(change.owners, []);
});

test("the data of an immutable target is never written, its metadata is", () => {
  assert.equal(plan(changed, { immutable: true }).kind, "refuse");
  const change = plan({}, { immutable: true, labels: {} });
  assert.ok(change.kind === "update");
  assert.deepEqual(change.extraKeys, []);
});

test("the copy of the ExternalSecret's metadata leaves out what would make tools think the target theirs", () => {
  const annotations = {
    team: "a",
    "argocd.argoproj.io/tracking-id": "x",
    "kubectl.kubernetes.io/last-applied-configuration": "{}",
    "external-secrets.io/force-sync": "1",
  };
  const copied = targetMetadata({ namespace: "shop", name: "db", annotations }, undefined, "Orphan", "h");
  assert.deepEqual(copied, {
    labels: { "reconcile.external-secrets.io/managed": "true" },
    annotations: { team: "a", "reconcile.external-secrets.io/data-hash": "h" },
  });
});

test("a template's metadata takes the place of the copy, and our marks win over it", () => {
  const own = { namespace: "shop", name: "db", labels: { team: "a" }, annotations: { note: "b" } };
  const templated = {
    labels: { "reconcile.external-secrets.io/managed": "false", tier: "x" },
    annotations: { "argocd.argoproj.io/tracking-id": "chosen" },
  };
  assert.deepEqual(targetMetadata(own, templated, "Orphan", "h"), {
    labels: { "reconcile.external-secrets.io/managed": "true", tier: "x" },
    annotations: { "argocd.argoproj.io/tracking-id": "chosen", "reconcile.external-secrets.io/data-hash": "h" },
  });
});

test("the type of a Secret that is there is never changed, another than wanted is told", () => {
  const wanting = (type: string) => plan({ desired: { ...facts.desired, type } });
  assert.equal(wanting("Opaque").kind, "none");
  const change = wanting("kubernetes.io/tls");
  assert.ok(change.kind === "refuse" && change.step === "update");
  assert.match(change.cause, /of type Opaque, the template wants kubernetes\.io\/tls/);
});

test("CVE-2026-42876: credentials of the cluster are not made, whatever was let through before", () => {
  for (const type of ["kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token"]) {
    const facts = { creationPolicy: "Orphan", owner, hasStaleMarks: false, observed: undefined } as const;
    const desired = { ...metadata, type, immutable: false, prints: {} };
    assert.equal(planTarget({ ...facts, desired }).kind, "refuse");
  }
});
