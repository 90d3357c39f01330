import assert from "node:assert/strict";
import { test } from "node:test";
import type { SecretStore } from "../model/resources.ts";
import { permitsOf } from "./store-permits.ts";

const store = (kind: string, name: string, namespace?: string): SecretStore => ({
  apiVersion: "external-secrets.io/v1",
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  spec: { provider: {} },
});
const policy = (name: string, spec: unknown) => ({ metadata: { name }, spec });
const shop = { name: "shop", labels: {} };
const vault = store("ClusterSecretStore", "vault");
const own = policy("own", {
  stores: [{ kind: "ClusterSecretStore", name: "vault" }],
  rules: [{ namespaces: [{ namespaces: ["shop"] }], keys: ["shop/**"] }],
});
const allows = (policies: ReturnType<typeof policy>[], key: string, of = vault, namespace = shop): boolean =>
  permitsOf(policies, of, namespace)({ key }) === undefined;

test("a store that no policy names is open", () => {
  assert.ok(allows([], "anything"));
  assert.ok(allows([own], "anything", store("ClusterSecretStore", "other")));
  assert.ok(allows([own], "anything", store("SecretStore", "vault", "shop")));
});

test("once one names it, only what some rule allows is read, and rules of several policies add up", () => {
  assert.ok(allows([own], "shop/db"));
  assert.ok(!allows([own], "bank/db"));
  assert.ok(!allows([own], "shop/db", vault, { name: "bank", labels: {} }));
  const more = policy("more", {
    stores: [{ kind: "ClusterSecretStore", name: "vault" }],
    rules: [{ namespaces: [{ namespaceRegexes: [".*"] }], keys: ["public/*"] }],
  });
  assert.ok(allows([own, more], "public/ca"));
  assert.ok(allows([own, more], "shop/db"));
});

test("a SecretStore is named with its namespace", () => {
  const local = policy("local", { stores: [{ kind: "SecretStore", name: "vault", namespace: "shop" }], rules: [] });
  assert.ok(!allows([local], "k", store("SecretStore", "vault", "shop")));
  assert.ok(allows([local], "k", store("SecretStore", "vault", "bank")));
});

test("a policy that cannot be understood allows nothing", () => {
  assert.ok(!allows([policy("broken", { stores: "all" })], "k"));
  assert.ok(!allows([own, policy("broken", undefined)], "shop/db"));
});
