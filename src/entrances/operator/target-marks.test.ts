import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Secrets } from "../../kernel/kube/index.ts";
import { CREATED_BY_LABEL, MANAGED_LABEL } from "../../practices/managers/model/names.ts";
import { fake, OperatorRig, wants } from "./testing/operator-rig.ts";

let rig: OperatorRig;
let stop: () => Promise<void>;
before(async () => {
  rig = await OperatorRig.start();
  stop = await rig.operator();
  await rig.secretStore("default", "fake", fake({ k: "v" }));
});
after(() => rig?.[Symbol.asyncDispose]());

const marksOf = async (name: string): Promise<{ labels: string[]; annotations: string[] }> => {
  const { labels, annotations } = (await rig.secret("default", name))?.metadata ?? {};
  return { labels: Object.keys(labels ?? {}).sort(), annotations: Object.keys(annotations ?? {}).sort() };
};

test("labels and annotations that the object loses go from its target, also after a restart; others' stay", async () => {
  const metadata = { labels: { team: "a", old: "x" }, annotations: { note: "n", "old-note": "x" } };
  await rig.externalSecret("default", "marked", wants("fake", { k: "k" }), metadata);
  await rig.ready("default", "marked");
  const secrets = rig.kube.namespaced(Secrets, "default");
  const theirs = { labels: { theirs: "yes" }, annotations: { theirs: "yes", "argocd.argoproj.io/tracking-id": "t" } };
  await secrets.mergePatch("marked", { metadata: theirs });
  await rig.patch("default", "marked", { metadata: { labels: { old: null }, annotations: { "old-note": null } } });
  await rig.until("they are gone", async () => {
    const { labels, annotations } = await marksOf("marked");
    return !labels.includes("old") && !annotations.includes("old-note");
  });
  await stop();
  await rig.patch("default", "marked", { metadata: { labels: { team: null }, annotations: { note: null } } });
  await rig.operator();
  await rig.until("the rest is gone too", async () => !(await marksOf("marked")).labels.includes("team"));
  assert.deepEqual(await marksOf("marked"), {
    labels: [CREATED_BY_LABEL, MANAGED_LABEL, "theirs"],
    annotations: ["argocd.argoproj.io/tracking-id", "reconcile.external-secrets.io/data-hash", "theirs"],
  });
  assert.deepEqual(await rig.values("default", "marked"), { k: "v" });
});

test("a target that is no longer owned loses the owner and the label that names him", async () => {
  await rig.externalSecret("default", "let-go", wants("fake", { k: "k" }));
  await rig.ready("default", "let-go");
  await rig.patch("default", "let-go", { spec: { target: { creationPolicy: "Orphan" } } });
  await rig.until("it is nobody's", async () => {
    const { ownerReferences, labels } = (await rig.secret("default", "let-go"))?.metadata ?? {};
    return ownerReferences === undefined && labels?.[CREATED_BY_LABEL] === undefined;
  });
  assert.deepEqual((await marksOf("let-go")).labels, [MANAGED_LABEL]);
});
