import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../secret/secret.ts";
import { openFakeStore } from "./fake/fake-store.ts";
import type { Store } from "./store.ts";
import { storeInFolder } from "./store-in-folder.ts";
import { storeContract } from "./testing/store-contract.ts";

const { signal } = new AbortController();

/** The fake store, which finds by name only. */
function wholeStore(): Store {
  const fake = openFakeStore({ data: [{ key: "other/secret", value: "foreign" }] });
  return { ...fake, find: ({ path = "" }, signal) => (fake as Required<Store>).find({ name: `^${path}/` }, signal) };
}

let store: Store;
storeContract("a store in a folder", {
  async open() {
    store = storeInFolder(wholeStore(), "own");
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

test("keys outside the folder are neither read nor found", async () => {
  const inside = storeInFolder(wholeStore(), "own");
  const refs = ["other/secret", "../other/secret", "/other/secret", "own/../other/secret"].map((key) => ({ key }));
  for (const read of (await inside.read(refs, new Map(), signal)).values()) {
    assert.ok(typeof read === "object" && "error" in read && read.error === "missing");
  }
  for await (const { key } of inside.find?.({}, signal) ?? []) assert.fail(`found ${key}`);
});
