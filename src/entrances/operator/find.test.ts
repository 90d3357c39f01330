import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { Secrets, ServiceAccounts } from "../../kernel/kube/object/resources.ts";
import { Secret } from "../../kernel/secret/secret.ts";
import { SecretStores, StorePolicies } from "../../practices/managers/model/resources.ts";
import { CRD_SETS } from "../../practices/managers/testing/crd-sets.ts";
import { fake, OperatorRig } from "./testing/operator-rig.ts";

const CANARY = "kust0dy-found-canary";
const values = { "app/user": "ada", "app/password": CANARY, "other/user": "bob", json: '{"a":"1","b":{"c":2}}' };

for (const crds of CRD_SETS) {
  describe(`find and rewrite, with the CRDs of ${crds}`, () => {
    let rig: OperatorRig;
    before(async () => {
      rig = await OperatorRig.start({ crds });
      await rig.operator();
      await rig.secretStore("default", "fake", fake(values));
    });
    after(() => rig?.[Symbol.asyncDispose]());

    const finding = (regexp: string, more: object = {}, find: object = {}): object => ({
      secretStoreRef: { name: "fake" },
      dataFrom: [{ find: { name: { regexp }, ...find }, ...more }],
    });

    test("every key whose name matches, under a name that a Secret can have", async () => {
      await rig.externalSecret("default", "found", finding("^app/[a-z]+$"));
      await rig.externalSecret("default", "unicode", finding("^other/", {}, { conversionStrategy: "Unicode" }));
      await rig.ready("default", "found", { message: /^secret synced$/ });
      await rig.ready("default", "unicode");
      assert.deepEqual(await rig.values("default", "found"), { app_user: "ada", app_password: CANARY });
      assert.deepEqual(await rig.values("default", "unicode"), { other_U002f_user: "bob" });
    });

    test("a key that comes is found at the next refresh, one that goes is taken away; nothing is written in between", async () => {
      await rig.secretStore("default", "growing", fake({ a1: "1", a2: "2" }));
      const spec = { ...finding("^a"), secretStoreRef: { name: "growing" }, refreshInterval: "1s" };
      await rig.externalSecret("default", "grows", spec);
      await rig.ready("default", "grows");
      const { resourceVersion } = (await rig.secret("default", "grows"))?.metadata ?? {};
      await rig.externalSecret("default", "witness", { ...finding("^app/"), refreshInterval: "1s" });
      await rig.ready("default", "witness");
      assert.equal((await rig.secret("default", "grows"))?.metadata.resourceVersion, resourceVersion);
      const stores = rig.kube.namespaced(SecretStores, "default");
      await stores.mergePatch("growing", { spec: fake({ a2: "2", a3: "3" }) });
      await rig.until("the keys are the store's", async () => {
        return (
          Object.keys((await rig.values("default", "grows")) ?? {})
            .sort()
            .join() === "a2,a3"
        );
      });
      await stores.mergePatch("growing", { spec: fake({ b: "2" }) });
      await rig.ready("default", "grows", { message: /^secret retained due to DeletionPolicy=Retain$/ });
      assert.deepEqual(await rig.values("default", "grows"), { a2: "2", a3: "3" });
    });

    test("steps rename keys one after the other", async () => {
      const regexp = { source: "^app/(?P<name>.*)$", target: "db-${name}" };
      const transform = { template: "{{ .value | upper }}" };
      await rig.externalSecret("default", "renamed", finding("^app/", { rewrite: [{ regexp }, { transform }] }));
      const extracted = (rewrite: object[]): object => ({
        secretStoreRef: { name: "fake" },
        dataFrom: [{ extract: { key: "json" }, rewrite }],
      });
      await rig.externalSecret("default", "extracted", extracted([{ regexp: { source: "^", target: "x_" } }]));
      await rig.ready("default", "renamed");
      await rig.ready("default", "extracted");
      assert.deepEqual(await rig.values("default", "renamed"), { "DB-USER": "ada", "DB-PASSWORD": CANARY });
      assert.deepEqual(await rig.values("default", "extracted"), { x_a: "1", x_b: '{"c":2}' });
    });

    test("what cannot be found or renamed is told with its place, without a value; the Secret stays", async () => {
      const failed = { status: "False", reason: "SecretSyncedError" };
      const cases: [string, object, RegExp][] = [
        [
          "bad-pattern",
          finding("("),
          /spec\.dataFrom\[0\]\.find \(of SecretStore fake\): invalid: cannot use the name/,
        ],
        ["no-tags", finding(".", {}, { tags: { a: "b" } }), /invalid: the fake store finds keys by name only/],
        ["slashes", finding("^app/", { rewrite: [{ regexp: { source: "x", target: "y" } }] }), /cannot use "app\//],
        [
          "bad-step",
          finding("^app/", { rewrite: [{ regexp: { source: "(", target: "" } }] }),
          /rewrite\[0\]\.regexp.*malformed/,
        ],
        [
          "bad-template",
          finding("^app/", { rewrite: [{ transform: { template: "{{ env }}" } }] }),
          /rewrite\[0\]\.transform\.template, line 1, column 4: there is no function env/,
        ],
        ["no-base64", finding("^app/p", {}, { decodingStrategy: "Base64" }), /the value is not Base64/],
      ];
      for (const [name, spec] of cases) await rig.externalSecret("default", name, spec);
      for (const [name, , message] of cases) {
        const { status } = await rig.ready("default", name, { ...failed, message });
        assert.ok(!JSON.stringify(status).includes(CANARY));
        assert.equal(await rig.secret("default", name), undefined);
      }
      assert.ok(!rig.log.join("").includes(CANARY));
    });

    test("by labels, in another namespace of the cluster", async () => {
      await rig.namespace("vault");
      const secrets = rig.kube.namespaced(Secrets, "vault");
      for (const team of ["a", "b"]) {
        const data = { k: Secret.fromText(`of ${team}`) };
        await secrets.create({ metadata: { name: `db-${team}`, labels: { team } }, data });
      }
      await rig.kube.namespaced(ServiceAccounts, "default").create({ metadata: { name: "reader" } });
      const rules = [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] }];
      await rig.allow("vault", "reader", { kind: "ServiceAccount", namespace: "default", name: "reader" }, rules);
      const kubeconfig = await readFile(rig.plane.kubeconfig, "utf8");
      const caBundle = /certificate-authority-data: "?([A-Za-z0-9+/=]+)/.exec(kubeconfig)?.[1];
      const auth = { serviceAccount: { name: "reader" } };
      const kubernetes = { remoteNamespace: "vault", server: { url: rig.plane.server, caBundle }, auth };
      await rig.secretStore("default", "other", { provider: { kubernetes } });
      const spec = { ...finding("^db-", {}, { tags: { team: "b" } }), secretStoreRef: { name: "other" } };
      await rig.externalSecret("default", "labelled", spec);
      await rig.ready("default", "labelled");
      assert.deepEqual(await rig.values("default", "labelled"), { "db-b": '{"k":"of b"}' });
    });

    // Kinds and fields that this older set of definitions does not have.
    if (crds === "upstream") return;

    test("merge makes one of JSON objects", async () => {
      await rig.externalSecret("default", "merged", finding("^json$", { rewrite: [{ merge: {} }] }));
      await rig.ready("default", "merged");
      assert.deepEqual(await rig.values("default", "merged"), { a: "1", b: '{"c":2}' });
    });

    test("a policy is asked for each key that is found, before anything is read, and its name stays untold", async () => {
      const stores = [{ kind: "SecretStore", namespace: "default", name: "guarded" }];
      await rig.secretStore("default", "guarded", fake({ "mine/a": "1", "theirs/secret-name": CANARY }));
      const rules = [{ namespaces: [{ namespaces: ["default"] }], keys: ["mine/*"] }];
      await rig.kube.cluster(StorePolicies).create({ metadata: { name: "guard" }, spec: { stores, rules } as never });
      const guarded = (regexp: string) => ({ ...finding(regexp), secretStoreRef: { name: "guarded" } });
      await rig.externalSecret("default", "mine", guarded("^mine/"));
      await rig.ready("default", "mine");
      assert.deepEqual(await rig.values("default", "mine"), { mine_a: "1" });
      await rig.externalSecret("default", "theirs", guarded("."));
      const denied = /find \(of SecretStore guarded\): denied: it finds keys that may not be read/;
      const { status } = await rig.ready("default", "theirs", { status: "False", message: denied });
      assert.doesNotMatch(JSON.stringify(status), /secret-name/);
      assert.equal(await rig.secret("default", "theirs"), undefined);
    });
  });
}
