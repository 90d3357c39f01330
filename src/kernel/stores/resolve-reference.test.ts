import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { resolveReference } from "./resolve-reference.ts";

const own = { storeKind: "SecretStore", namespace: "team-a" } as const;
const kinds = ["Secret", "ConfigMap", "ServiceAccount"] as const;

test("CVE-2026-42875: a SecretStore's reference never leaves its namespace, for no kind of object", () => {
  for (const kind of kinds) {
    assert.throws(() => resolveReference(kind, { name: "ca", namespace: "kube-system", key: "ca.crt" }, own), {
      code: "KST_REFERENCE_FOREIGN",
    });
  }
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds),
      fc.option(fc.string(), { nil: undefined }),
      fc.string(),
      (kind, namespace, name) => {
        try {
          assert.equal(resolveReference(kind, { name, namespace }, own).namespace, "team-a");
        } catch (error) {
          assert.equal((error as { code?: string }).code, "KST_REFERENCE_FOREIGN");
        }
      },
    ),
  );
});

test("a SecretStore may name its own namespace", () => {
  for (const namespace of [undefined, "team-a"]) {
    const { fromAsker, ...reference } = resolveReference("Secret", { name: "login", namespace, key: "token" }, own);
    assert.deepEqual(reference, { kind: "Secret", namespace: "team-a", name: "login", key: "token" });
    assert.equal(fromAsker, false);
  }
});

test("a ClusterSecretStore reaches where it says, or else the asking object's namespace, or nowhere", () => {
  const asked = { storeKind: "ClusterSecretStore", asker: "team-b" } as const;
  const named = resolveReference("ConfigMap", { name: "ca", namespace: "vault" }, asked);
  assert.deepEqual([named.namespace, named.fromAsker], ["vault", false]);
  const referent = resolveReference("ServiceAccount", { name: "app" }, asked);
  assert.deepEqual([referent.namespace, referent.fromAsker], ["team-b", true]);
  assert.throws(
    () => resolveReference("Secret", { name: "x" }, { storeKind: "ClusterSecretStore", asker: undefined }),
    {
      code: "KST_REFERENCE_FOREIGN",
    },
  );
});

test("names that could lead elsewhere in a path are refused", () => {
  for (const name of ["", "..", "a/b", "A", "a%2fb", "x".repeat(254), "a\n"]) {
    assert.throws(
      () => resolveReference("Secret", { name }, own),
      { code: "KST_REFERENCE_FOREIGN" },
      JSON.stringify(name),
    );
  }
});
