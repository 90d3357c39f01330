import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Secrets } from "../../kernel/kube/index.ts";
import { Secret } from "../../kernel/secret/secret.ts";
import { ExternalSecrets } from "../../practices/managers/model/resources.ts";
import { fake, OperatorRig, wants } from "./testing/operator-rig.ts";

let rig: OperatorRig;
before(async () => {
  // With the garbage collector, which takes what is owned along.
  rig = await OperatorRig.start({ controllerManager: true });
  await rig.operator();
  await rig.secretStore("default", "fake", fake({ k: "v" }));
  const target = { name: "comes-later", creationPolicy: "Merge" };
  await rig.externalSecret("default", "waits", wants("fake", { k: "k" }, { target }));
  await rig.ready("default", "waits", { reason: "SecretMissing" });
  await present("comes-later");
});
after(() => rig?.[Symbol.asyncDispose]());

/** Somebody else's Secret. */
async function present(name: string): Promise<void> {
  const data = { theirs: Secret.fromText("stays") };
  await rig.kube.namespaced(Secrets, "default").create({ metadata: { name, labels: { theirs: "yes" } }, data });
}

/**
 * Waits for what comes every half minute, which is as long as one wait lasts: the look for a Merge target, and that of the
 * garbage collector for new kinds.
 */
async function patiently(what: string, check: () => Promise<boolean>): Promise<void> {
  await rig.until(what, check).catch(() => rig.until(what, check));
}

test("CreateOrMerge merges into a Secret that is there, and owns nothing of it", async () => {
  await present("present");
  const target = { creationPolicy: "CreateOrMerge" };
  await rig.externalSecret("default", "present", wants("fake", { k: "k" }, { target }));
  await rig.ready("default", "present", { reason: "SecretSynced" });
  assert.deepEqual(await rig.values("default", "present"), { theirs: "stays", k: "v" });
  const secret = await rig.secret("default", "present");
  assert.equal(secret?.metadata.ownerReferences, undefined);
  assert.equal(secret?.metadata.labels?.["theirs"], "yes");
});

for (const creationPolicy of ["Owner", "Orphan", "Merge", "None"]) {
  for (const deletionPolicy of ["Retain", "Merge", "Delete"]) {
    const isRefused =
      (deletionPolicy === "Delete" && creationPolicy !== "Owner") ||
      (deletionPolicy === "Merge" && creationPolicy === "None");
    if (isRefused) continue;
    test(`a deleted ExternalSecret with ${creationPolicy} and ${deletionPolicy} leaves what isn't its own`, async () => {
      const name = `${creationPolicy}-${deletionPolicy}`.toLowerCase();
      const isForeign = creationPolicy === "Merge" || creationPolicy === "None";
      if (isForeign) await present(name);
      const target = { creationPolicy, deletionPolicy };
      await rig.externalSecret("default", name, wants("fake", { k: "k" }, { target }));
      await rig.ready("default", name, { reason: "SecretSynced" });
      await rig.until("it is guarded", async () => (await rig.get("default", name))?.metadata.finalizers?.length === 1);
      const uid = (await rig.secret("default", name))?.metadata.uid;
      await rig.kube.namespaced(ExternalSecrets, "default").delete(name);
      await rig.until("the object is gone", async () => (await rig.get("default", name)) === undefined);
      if (creationPolicy === "Owner") {
        await patiently("its target goes with it", async () => (await rig.secret("default", name)) === undefined);
        return;
      }
      const merged = creationPolicy === "None" ? {} : { k: "v" };
      assert.deepEqual(await rig.values("default", name), { ...(isForeign ? { theirs: "stays" } : {}), ...merged });
      assert.equal((await rig.secret("default", name))?.metadata.uid, uid);
    });
  }
}

test("a Merge target that was made after the ExternalSecret is found without being forced", async () => {
  const isMerged = async (): Promise<boolean> => "k" in ((await rig.values("default", "comes-later")) ?? {});
  await patiently("it is found", isMerged);
  await rig.ready("default", "waits", { reason: "SecretSynced" });
  assert.deepEqual(await rig.values("default", "comes-later"), { theirs: "stays", k: "v" });
});
