import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExternalSecret } from "../model/resources.ts";
import { parseExternalSecret, slimExternalSecret, wantsOfParsed } from "./parsed-external-secret.ts";
import { isSought } from "./wanted.ts";

const object = (generation: number, key: string, more: object = {}): ExternalSecret => ({
  apiVersion: "external-secrets.io/v1",
  kind: "ExternalSecret",
  metadata: { name: "a", namespace: "ns", uid: "u", generation, resourceVersion: "1", ...more },
  spec: { secretStoreRef: { name: "s" }, data: [{ secretKey: "k", remoteRef: { key } }] },
});
const keys = (slim: ExternalSecret) =>
  wantsOfParsed(parseExternalSecret(slim)).wanted.map((entry) => (isSought(entry) ? "" : entry.ref.key));

test("a version with the same spec, labels and annotations shares what was parsed; any change of them is parsed anew", () => {
  const before = slimExternalSecret(object(1, "one"));
  const touched = { finalizers: ["f"], resourceVersion: "2" };
  const again = slimExternalSecret(object(1, "one", touched), before);
  assert.equal(parseExternalSecret(again), parseExternalSecret(before));
  assert.deepEqual(again.metadata.finalizers, ["f"]);
  assert.equal(again.metadata.resourceVersion, "2");

  assert.deepEqual(keys(slimExternalSecret(object(2, "two"), before)), ["two"]);
  assert.deepEqual(keys(slimExternalSecret(object(1, "two", { uid: "another" }), before)), ["two"]);
  const synced = slimExternalSecret(object(1, "one", { annotations: { "force-sync": "1" } }), before);
  assert.notEqual(parseExternalSecret(synced).version, parseExternalSecret(before).version);
  assert.deepEqual(synced.metadata.annotations, { "force-sync": "1" });
});

test("a spec that doesn't fit wants nothing and says what is wrong; so does an interval that is none", () => {
  const wrong = { ...object(1, "one"), spec: { data: "no list" } } as unknown as ExternalSecret;
  const { wanted, mistakes } = wantsOfParsed(parseExternalSecret(slimExternalSecret(wrong)));
  assert.deepEqual(wanted, []);
  assert.match(mistakes.join(), /spec\.data/);
  const odd = { ...object(1, "one"), spec: { ...object(1, "one").spec, refreshInterval: "soon" } };
  assert.match(wantsOfParsed(parseExternalSecret(odd)).mistakes.join(), /refreshInterval/);
});
