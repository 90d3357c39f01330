import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../secret/secret.ts";
import { isValue, type Store } from "../store.ts";
import { storeContract } from "../testing/store-contract.ts";
import { openFakeStore } from "./fake-store.ts";

let store: Store;
const { signal } = new AbortController();

storeContract("fake", {
  async open() {
    store = openFakeStore({});
    return store;
  },
  async stop() {},
  async put(key, payload) {
    await store.write?.({ key }, Secret.fromBytes(Buffer.from(payload)), undefined, signal);
  },
  payload: ({ value }) => Buffer.from(value.unwrap()),
  wrap: (payload) => Secret.fromBytes(Buffer.from(payload)),
  capabilities: ["find", "write", "remove", "versions"],
  carriesBinary: true,
  largest: 1024 * 1024,
  writesConditionally: true,
  keepsVersions: false,
});

test("as in ESO an entry is found under its exact version, and a ref without one finds the entry without one", async () => {
  const fake = openFakeStore({
    data: [
      { key: "/foo", value: "plain" },
      { key: "/foo", value: "second", version: "v2" },
      { key: "/bar", value: "only", version: "v1" },
    ],
  });
  const refs = [
    { key: "/foo" },
    { key: "/foo", version: "v2" },
    { key: "/bar" },
    { key: "/bar", version: "v1" },
    { key: "/foov2" },
  ];
  const reads = await fake.read(refs, new Map(), signal);
  const seen = refs.map((ref) => {
    const read = reads.get(ref);
    return read !== undefined && isValue(read) ? read.value.unwrap().toString() : undefined;
  });
  assert.deepEqual(seen, ["plain", "second", undefined, "only", undefined]);
  await fake.close();
});

test("what stands in the store object is neither overwritten nor removed", async () => {
  const fake = openFakeStore({ data: [{ key: "k", value: "v" }] });
  const denied = { error: "denied", message: "this key is part of the store object" };
  assert.deepEqual(await fake.write?.({ key: "k" }, Secret.fromText("x"), undefined, signal), denied);
  assert.deepEqual(await fake.remove?.({ key: "k" }, signal), denied);
});

test("a validation result other than 0 makes the store invalid", async () => {
  assert.equal(await openFakeStore({ validationResult: 0 }).validate(signal), undefined);
  assert.equal((await openFakeStore({ validationResult: 2 }).validate(signal))?.error, "unavailable");
});
