import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type KubeObject, keyOf } from "../object/object-meta.ts";
import { type Change, ObjectStore } from "./object-store.ts";

type Kept = { readonly uid: string; readonly version: string };
const reduce = ({ metadata }: KubeObject): Kept => ({
  uid: metadata.uid ?? "",
  version: metadata.resourceVersion ?? "",
});

/** A cluster of a few objects, whose history a store follows in the manner of a reflector. */
class History {
  version = 0;
  readonly objects = new Map<string, KubeObject>();
  readonly events: { readonly gone: boolean; readonly object: KubeObject }[] = [];

  write(name: string, remove: boolean): void {
    const known = this.objects.get(name);
    if (remove && known === undefined) return;
    this.version++;
    const uid = known?.metadata.uid ?? `${String(this.version).padStart(8, "0")}-0000-4000-8000-000000000000`;
    const object = object_(name, uid, String(this.version));
    if (remove) this.objects.delete(name);
    else this.objects.set(name, object);
    this.events.push({ gone: remove, object });
  }
}

function object_(name: string, uid: string, resourceVersion: string): KubeObject {
  return { apiVersion: "v1", kind: "Secret", metadata: { namespace: "ns", name, uid, resourceVersion } };
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("write" as const),
      name: fc.constantFrom("a", "b", "c"),
      remove: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("watch" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("list" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("half a list" as const) }) },
);

test("whatever is written, watched, listed and half listed, the changes add up to the cluster and none is told twice", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const history = new History();
      const store = new ObjectStore<Kept>();
      const told: Change<Kept>[] = [];
      let seen = 0;
      const list = (whole: boolean): void => {
        store.beginRound();
        const items = [...history.objects.values()];
        for (const item of whole ? items : items.slice(0, 1)) told.push(...store.put(item, reduce));
        if (!whole) return;
        told.push(...store.finishRound());
        seen = history.events.length;
      };
      // A list that broke off must be repeated before a watch goes on, as the reflector does.
      let broken = false;
      for (const one of [...steps, { do: "list" as const }]) {
        if (one.do === "write") history.write(one.name, one.remove);
        if (one.do === "half a list") list(false);
        if (one.do === "list" || (one.do === "watch" && broken)) list(true);
        if (one.do === "half a list" || one.do === "list") broken = one.do === "half a list";
        if (one.do !== "watch") continue;
        broken = false;
        for (const { gone, object } of history.events.slice(seen)) {
          told.push(
            ...(gone
              ? store.remove(object.metadata, object.metadata.resourceVersion ?? "")
              : store.put(object, reduce)),
          );
        }
        seen = history.events.length;
      }
      const present = new Map<string, Kept>();
      const versions = new Set<string>();
      for (const { type, ref, value } of told) {
        const key = keyOf(ref);
        assert.equal(type === "added", !present.has(key));
        if (type === "updated") assert.equal(present.get(key)?.uid, value.uid);
        if (type === "deleted") assert.equal(present.get(key)?.uid, value.uid);
        if (type === "deleted") present.delete(key);
        else {
          assert.ok(!versions.has(value.version), "told twice");
          assert.ok(Number(value.version) > Number(present.get(key)?.version ?? 0), "told out of order");
          versions.add(value.version);
          present.set(key, value);
        }
      }
      const truth = new Map([...history.objects].map(([name, object]) => [`ns/${name}`, reduce(object)]));
      assert.deepEqual(present, truth);
      assert.equal(store.size, truth.size);
      assert.equal([...store.values("ns")].length, truth.size);
    }),
  );
});

test("objects of the cluster and versions that are no numbers are kept apart too", () => {
  const store = new ObjectStore<string>();
  const node = (resourceVersion: string): KubeObject => ({
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n", resourceVersion },
  });
  assert.deepEqual(
    store.put(node("x1"), () => "one").map(({ type }) => type),
    ["added"],
  );
  assert.deepEqual(
    store.put(node("x1"), () => "one").map(({ type }) => type),
    [],
  );
  assert.deepEqual(
    store.put(node("x2"), () => "two").map(({ type }) => type),
    ["updated"],
  );
  assert.equal(store.get({ name: "n" }), "two");
  assert.equal(store.get({ name: "n", namespace: "x" }), undefined);
  assert.deepEqual(store.remove({ name: "n" }, "x3"), [
    { type: "deleted", ref: { name: "n" }, value: "two", resourceVersion: "x3" },
  ]);
  assert.deepEqual(store.remove({ name: "n" }, "x3"), []);
});
