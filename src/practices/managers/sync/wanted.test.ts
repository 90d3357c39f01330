import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExternalSecretSpec } from "../model/external-secret-spec.ts";
import { isSought, wantsOf } from "./wanted.ts";

const store = { name: "vault", kind: "ClusterSecretStore" as const };
const entry = (secretKey: string, key: string) => ({ secretKey, remoteRef: { key } });

test("dataFrom comes before data, and each names its store, ref and place", () => {
  const spec: ExternalSecretSpec = {
    secretStoreRef: store,
    data: [{ secretKey: "password", remoteRef: { key: "db", property: "pw", version: "3" } }],
    dataFrom: [{ extract: { key: "all", metadataPolicy: "Fetch" }, sourceRef: { storeRef: { name: "other" } } }],
  };
  const { wanted, unsupported, mistakes } = wantsOf(spec);
  assert.deepEqual([unsupported, mistakes], [[], []]);
  assert.deepEqual(
    wanted.map((one) => [one.where, one.store, ...(isSought(one) ? [] : [one.ref, one.secretKey])]),
    [
      ["spec.dataFrom[0].extract", { kind: "SecretStore", name: "other" }, { key: "all", part: "metadata" }, undefined],
      ["spec.data[0]", store, { key: "db", version: "3" }, "password"],
    ],
  );
});

test("fields that are not carried out yet are named, one by one", () => {
  const spec: ExternalSecretSpec = {
    secretStoreRef: store,
    syncWindows: { kind: "deny", windows: [] },
    target: { template: { metadata: { finalizers: ["a/b"] } }, manifest: { apiVersion: "v1", kind: "ConfigMap" } },
    dataFrom: [{ sourceRef: { generatorRef: { kind: "Password", name: "p" } } }],
  };
  assert.deepEqual(wantsOf(spec).unsupported, [
    "spec.syncWindows",
    "spec.target.template.metadata.finalizers",
    "spec.target.manifest",
    "spec.dataFrom[0].sourceRef.generatorRef",
  ]);
});

test("a search and its steps are wanted as they stand", () => {
  const find = { path: "a", name: { regexp: "^a/" } };
  const rewrite = [{ regexp: { source: "a", target: "b" } }];
  const { wanted, unsupported, mistakes } = wantsOf({ secretStoreRef: store, dataFrom: [{ find, rewrite }] });
  assert.deepEqual([unsupported, mistakes], [[], []]);
  assert.deepEqual(wanted, [{ where: "spec.dataFrom[0].find", store, find, rewrite }]);
});

const MISTAKES: [string, ExternalSecretSpec, RegExp][] = [
  ["nothing to read", { secretStoreRef: store }, /either data or dataFrom/],
  ["no store", { data: [entry("a", "b")] }, /names no store/],
  ["a key twice", { secretStoreRef: store, data: [entry("a", "b"), entry("a", "c")] }, /duplicate secretKey found: a/],
  ["a search for nothing", { secretStoreRef: store, dataFrom: [{ find: {} }] }, /find has neither name nor tags/],
  [
    "Delete without Owner",
    { secretStoreRef: store, data: [entry("a", "b")], target: { deletionPolicy: "Delete", creationPolicy: "Orphan" } },
    /deletionPolicy=Delete/,
  ],
  [
    "Merge with None",
    { secretStoreRef: store, data: [entry("a", "b")], target: { deletionPolicy: "Merge", creationPolicy: "None" } },
    /deletionPolicy=Merge/,
  ],
  [
    "CVE-2026-42876: a template that makes a service account's token",
    {
      secretStoreRef: store,
      data: [entry("a", "b")],
      target: { template: { type: "kubernetes.io/service-account-token" } },
    },
    /template\.type: a Secret of type kubernetes\.io\/service-account-token is not made/,
  ],
  [
    "CVE-2026-42876: a template that writes another field of the Secret",
    {
      secretStoreRef: store,
      data: [entry("a", "b")],
      target: { template: { templateFrom: [{ literal: "x", target: "Type" }] } },
    },
    /templateFrom\[0\]\.target: only Data, Labels and Annotations/,
  ],
];
for (const [name, spec, message] of MISTAKES) {
  test(`a spec with ${name} is a mistake`, () => {
    assert.match(wantsOf(spec).mistakes.join(), message);
  });
}
