import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ConfigMaps, Events, Secrets } from "../../kernel/kube/object/resources.ts";
import { Secret } from "../../kernel/secret/secret.ts";
import { esoDataHash } from "../../kernel/stores/value/eso-hashes.ts";
import { CRD_SETS } from "../../practices/managers/testing/crd-sets.ts";
import { fake, OperatorRig, wants } from "./testing/operator-rig.ts";

const CANARY = "kust0dy-templated-canary";
const failed = { status: "False", reason: "SecretSyncedError" };

for (const crds of CRD_SETS) {
  describe(`templates, with the CRDs of ${crds}`, () => {
    let rig: OperatorRig;
    before(async () => {
      rig = await OperatorRig.start({ crds });
      await rig.operator();
      await rig.secretStore("default", "fake", fake({ user: "app", password: CANARY, port: "5432" }));
    });
    after(() => rig?.[Symbol.asyncDispose]());

    const templated = (template: object, more: object = {}): object =>
      wants("fake", { user: "user", password: "password" }, { target: { template, ...more } });
    const told = async (name: string, message: RegExp): Promise<string> => {
      const object = await rig.ready("default", name, { ...failed, message });
      const events = await rig.kube.namespaced(Events, "default").list();
      return JSON.stringify([object.status, events.items]) + rig.log.join("");
    };

    test("data, type, labels and annotations; nothing is copied from the ExternalSecret", async () => {
      const template = {
        engineVersion: "v2",
        type: "kubernetes.io/basic-auth",
        metadata: { labels: { tier: "{{ .user | upper }}" }, annotations: { note: "for {{ .user }}" } },
        data: {
          username: "{{ .user }}",
          password: "{{ .password }}",
          url: "pg://{{ .user }}:{{ .password | urlquery }}@db",
        },
      };
      await rig.externalSecret("default", "whole", templated(template), { labels: { mine: "yes" } });
      await rig.ready("default", "whole", { message: /^secret synced$/ });
      assert.deepEqual(await rig.values("default", "whole"), {
        username: "app",
        password: CANARY,
        url: `pg://app:${CANARY}@db`,
      });
      const secret = await rig.secret("default", "whole");
      assert.equal(secret?.type, "kubernetes.io/basic-auth");
      const { labels = {}, annotations = {} } = secret?.metadata ?? {};
      assert.deepEqual([labels["tier"], labels["mine"], annotations["note"]], ["APP", undefined, "for app"]);
      const hash = esoDataHash(new Map(Object.entries(secret?.data ?? {})));
      assert.equal(annotations["reconcile.external-secrets.io/data-hash"], hash);
    });

    test("Replace leaves the values out, Merge keeps them, a template without data keeps them too", async () => {
      const data = { line: "{{ .user }}" };
      await rig.externalSecret("default", "replaces", templated({ data }));
      await rig.externalSecret("default", "merges", templated({ data, mergePolicy: "Merge" }));
      await rig.externalSecret("default", "only-type", templated({ type: "example.com/t" }));
      for (const name of ["replaces", "merges", "only-type"]) await rig.ready("default", name);
      assert.deepEqual(await rig.values("default", "replaces"), { line: "app" });
      assert.deepEqual(await rig.values("default", "merges"), { user: "app", password: CANARY, line: "app" });
      assert.deepEqual(await rig.values("default", "only-type"), { user: "app", password: CANARY });
      assert.equal((await rig.secret("default", "only-type"))?.type, "example.com/t");
    });

    test("templateFrom: literal, ConfigMap and Secret, values and keys, into data, labels and annotations", async () => {
      const maps = rig.kube.namespaced(ConfigMaps, "default");
      await maps.create({
        metadata: { name: "tpl" },
        data: { "app.conf": "user={{ .user }}", pairs: "{{ .user }}-key: {{ .password }}\nnumber: 5\nflag: yes" },
      });
      await rig.kube.namespaced(Secrets, "default").create({
        metadata: { name: "tpl" },
        data: { salted: Secret.fromText("s3:{{ .user }}") },
      });
      const templateFrom = [
        {
          configMap: { name: "tpl", items: [{ key: "app.conf" }, { key: "pairs", templateAs: "KeysAndValues" }] },
        },
        { secret: { name: "tpl", items: [{ key: "salted", templateAs: "Values" }] } },
        { literal: "{{ range $k, $v := . }}lit-{{ $k }}: {{ $v | quote }}\n{{ end }}" },
        { literal: "l-{{ .user }}: label", target: "labels" },
        { literal: "a: note of {{ .user }}", target: "Annotations" },
      ];
      const spec = { ...templated({ templateFrom, data: { "lit-user": "data wins" } }), refreshInterval: "1s" };
      await rig.externalSecret("default", "from", spec);
      await rig.ready("default", "from");
      const expected = {
        "app.conf": "user=app",
        "app-key": CANARY,
        number: "5",
        flag: "true",
        salted: "s3:app",
        "lit-user": "data wins",
        "lit-password": CANARY,
      };
      assert.deepEqual(await rig.values("default", "from"), expected);
      const { labels, annotations, resourceVersion } = (await rig.secret("default", "from"))?.metadata ?? {};
      assert.deepEqual([labels?.["l-app"], annotations?.["a"]], ["label", "note of app"]);
      await sleep(2_500);
      assert.equal((await rig.secret("default", "from"))?.metadata.resourceVersion, resourceVersion);
      await maps.mergePatch("tpl", { data: { "app.conf": "changed for {{ .user }}" } });
      await rig.until("the change is noticed", async () => {
        return (await rig.values("default", "from"))?.["app.conf"] === "changed for app";
      });
      const others = { ...expected, "app.conf": "changed for app" };
      assert.deepEqual(await rig.values("default", "from"), others);
    });

    test("a template that fails keeps the last good Secret and names its place, never a value", async () => {
      await rig.externalSecret("default", "breaks", templated({ data: { line: "{{ .password }}" } }));
      await rig.ready("default", "breaks");
      const broken = templated({ data: { line: "a\nb {{ .nope }}", other: "{{ fail .password }}" } });
      await rig.patch("default", "breaks", { spec: broken });
      const all = await told(
        "breaks",
        /^could not update secret: spec\.target\.template\.data\["line"\], line 2, column 6: the data has no entry "nope"/,
      );
      await rig.patch("default", "breaks", { spec: templated({ data: { line: "{{ fail .password }}" } }) });
      const failing = await told("breaks", /data\["line"\], line 1, column 4/);
      assert.deepEqual(await rig.values("default", "breaks"), { line: CANARY });
      assert.ok(!(all + failing).includes(CANARY));
    });

    test("what a label or a key cannot hold is told without what it was", async () => {
      const label = templated({ metadata: { labels: { pw: "{{ .password }} !" } } });
      await rig.externalSecret("default", "bad-label", label);
      const key = templated({ templateFrom: [{ literal: '"{{ .password }} /": x' }] });
      await rig.externalSecret("default", "bad-key", key);
      const text =
        (await told("bad-label", /labels\["pw"\]: it gives what no label can hold/)) +
        (await told("bad-key", /templateFrom\[0\]\.literal: it gives a key that a Secret cannot have/));
      assert.ok(!text.includes(CANARY));
    });

    test("a template that is kept in a Secret is not quoted", async () => {
      const data = {
        a: Secret.fromText(`{{ ${CANARY.replaceAll("-", "")} }}`),
        b: Secret.fromText(`{{ .${CANARY.replaceAll("-", "")} }}`),
      };
      await rig.kube.namespaced(Secrets, "default").create({ metadata: { name: "secret-tpl" }, data });
      for (const key of ["a", "b"]) {
        const from = [{ secret: { name: "secret-tpl", items: [{ key }] } }];
        await rig.externalSecret("default", `secret-${key}`, templated({ templateFrom: from }));
        const text = await told(`secret-${key}`, /entry "." of Secret secret-tpl\), line 1, column 4/);
        assert.ok(!text.includes(CANARY.replaceAll("-", "")));
      }
    });

    test("a source that is not there is named; it is read in the ExternalSecret's own namespace alone", async () => {
      await rig.namespace("elsewhere");
      await rig.kube.namespaced(ConfigMaps, "elsewhere").create({ metadata: { name: "theirs" }, data: { k: "x" } });
      const from = (name: string, key: string) => [{ configMap: { name, items: [{ key }], namespace: "elsewhere" } }];
      await rig.externalSecret("default", "no-map", templated({ templateFrom: from("theirs", "k") }));
      await told("no-map", /templateFrom\[0\] \(entry "k" of ConfigMap theirs\): there is no ConfigMap theirs/);
      await rig.kube.namespaced(ConfigMaps, "default").create({ metadata: { name: "ours" }, data: { j: "x" } });
      await rig.externalSecret("default", "no-entry", templated({ templateFrom: from("ours", "k") }));
      await told("no-entry", /the ConfigMap has no such entry/);
    });

    for (const [cve, call] of [
      ["CVE-2026-22822", 'getSecretKey "kube-system" "bootstrap" "token"'],
      ["CVE-2026-34984", "getHostByName .password"],
    ] as const) {
      test(`${cve}: a template reaches nothing outside: ${call.split(" ")[0]}`, async () => {
        const name = cve.toLowerCase();
        await rig.externalSecret("default", name, templated({ data: { line: `{{ ${call} }}` } }));
        await told(name, /data\["line"\], line 1, column 4: there is no function (getSecretKey|getHostByName)/);
        assert.equal(await rig.secret("default", name), undefined);
      });
    }

    test("CVE-2026-42876: no template makes a service account's token", async () => {
      const annotations = { "kubernetes.io/service-account.name": "default" };
      const metadata = { annotations };
      const type = "kubernetes.io/service-account-token";
      await rig.externalSecret("default", "token", templated({ type, metadata }));
      await told("token", /template\.type: a Secret of type kubernetes\.io\/service-account-token is not made/);
      const typed = [{ literal: `type: ${type}`, target: "Type" }];
      await rig.externalSecret("default", "token-path", templated({ templateFrom: typed }));
      await told("token-path", /only Data, Labels and Annotations/);
      assert.equal(await rig.secret("default", "token"), undefined);
      assert.equal(await rig.secret("default", "token-path"), undefined);
    });
  });
}
