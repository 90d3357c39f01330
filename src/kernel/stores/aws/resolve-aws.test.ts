import assert from "node:assert/strict";
import { test } from "node:test";
import { resolveSpec } from "../resolve-spec.ts";
import type { ResolvedSpec } from "../resolved-spec.ts";

const own = { storeKind: "SecretStore", namespace: "team-a" } as const;
const keys = (namespace?: string) => {
  const selector = (key: string) => ({ name: "aws", key, ...(namespace === undefined ? {} : { namespace }) });
  return { secretRef: { accessKeyIDSecretRef: selector("id"), secretAccessKeySecretRef: selector("key") } };
};
const aws = (more: object = {}): ResolvedSpec =>
  resolveSpec({ aws: { service: "SecretsManager", region: "eu-west-1", auth: keys(), ...more } }, own);

test("no reference of a SecretStore may name another namespace", () => {
  const token = { ...keys().secretRef, sessionTokenSecretRef: { name: "t", key: "t", namespace: "kube-system" } };
  for (const auth of [
    keys("kube-system"),
    { secretRef: token },
    { jwt: { serviceAccountRef: { name: "a", namespace: "kube-system" } } },
  ])
    assert.throws(() => aws({ auth }), { code: "KST_REFERENCE_FOREIGN" });
});

test("what cannot be carried out is refused with its field", () => {
  const wrong: [object, RegExp][] = [
    [{ service: "CertificateManager" }, /CertificateManager is not supported yet/],
    [{ service: "S3" }, /service/],
    [{ region: "eu-west-1.example.org/" }, /region: is not the name of a region/],
    [{ region: "" }, /region/],
    [{ auth: { secretRef: {} } }, /auth\.secretRef needs accessKeyIDSecretRef and secretAccessKeySecretRef/],
    [{ auth: { jwt: {} } }, /auth\.jwt needs serviceAccountRef/],
    [{ auth: undefined }, /only a ClusterSecretStore/],
    [{ secretsManager: { forceDeleteWithoutRecovery: true, recoveryWindowInDays: 7 } }, /exclude each other/],
    [{ secretsManager: { recoveryWindowInDays: 3 } }, /from 7 to 30/],
  ];
  for (const [more, message] of wrong) assert.throws(() => aws(more), { code: "KST_STORE_SPEC", message });
});

test("regions of every partition are known by their form", () => {
  for (const region of [
    "us-east-1",
    "us-gov-west-1",
    "cn-northwest-1",
    "us-isob-east-1",
    "eusc-de-east-1",
    "mx-central-1",
  ])
    assert.equal(aws({ region }).kind, "aws");
});

test("fields that have no effect are named", () => {
  const spec = aws({
    auth: { ...keys(), jwt: { serviceAccountRef: { name: "a" } } },
    externalID: "x",
    sessionTags: [{ key: "a", value: "b" }],
    transitiveTagKeys: ["a"],
    sessionTagsPolicy: "Simple",
    customSessionTags: { a: "b" },
  });
  assert.ok(spec.kind === "aws");
  assert.deepEqual(
    spec.unused.map((text) => text.split(" ")[0]),
    ["auth.secretRef", "externalID", "sessionTags", "transitiveTagKeys", "sessionTagsPolicy", "customSessionTags"],
  );
});
