import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Secrets, ServiceAccounts } from "../../kernel/kube/index.ts";
import { applyManifests } from "../../kernel/kube/manifests/apply-manifests.ts";
import { openManifests } from "../../kernel/kube/manifests/read-manifests.ts";
import { Secret } from "../../kernel/secret/secret.ts";
import { AwsRig, READER } from "../../kernel/stores/aws/testing/aws-rig.ts";
import { ExternalSecrets, SecretStores } from "../../practices/managers/model/resources.ts";
import { OperatorRig, wants } from "./testing/operator-rig.ts";

let aws: AwsRig;
let rig: OperatorRig;
before(async () => {
  aws = await AwsRig.start();
  await aws.put("prod/db", '{"user":"app","password":"from-aws"}');
  rig = await OperatorRig.start();
  await rig.operator({ aws: aws.environment() });
  const data = { id: Secret.fromText(`${READER.id}\n`), key: Secret.fromText(READER.secret) };
  await rig.kube.namespaced(Secrets, "default").create({ metadata: { name: "aws" }, data });
  await rig.secretStore("default", "aws", { provider: { aws: provider({}) } });
});
after(async () => {
  await rig?.[Symbol.asyncDispose]();
  await aws?.[Symbol.asyncDispose]();
});

const provider = (more: object): object => ({
  service: "SecretsManager",
  region: aws.moto.region,
  auth: {
    secretRef: {
      accessKeyIDSecretRef: { name: "aws", key: "id" },
      secretAccessKeySecretRef: { name: "aws", key: "key" },
    },
  },
  ...more,
});

test("values of Secrets Manager arrive, whole and by property, and a new version with a forced sync", async () => {
  const dataFrom = [{ extract: { key: "prod/db" } }];
  const data = [{ secretKey: "only", remoteRef: { key: "prod/db", property: "password" } }];
  await rig.externalSecret("default", "db", { secretStoreRef: { name: "aws" }, dataFrom, data });
  await rig.ready("default", "db");
  assert.deepEqual(await rig.values("default", "db"), { user: "app", password: "from-aws", only: "from-aws" });
  await rig.storeReady("default", "aws");
  await aws.put("prod/db", '{"user":"app","password":"rotated"}');
  await rig.patch("default", "db", { metadata: { annotations: { "external-secrets.io/force-sync": "now" } } });
  await rig.until("rotated", async () => (await rig.values("default", "db"))?.["only"] === "rotated");
});

test("a key that AWS refuses is named in its own words, and what is not supported is said by the store", async () => {
  aws.gate.decide = ({ body }) =>
    body.includes("forbidden") ? { name: "AccessDeniedException", message: "no identity-based policy" } : undefined;
  await rig.externalSecret("default", "refused", wants("aws", { k: "forbidden" }));
  await rig.ready("default", "refused", {
    status: "False",
    message: /AccessDeniedException: no identity-based policy/,
  });
  await rig.secretStore("default", "certs", {
    provider: { aws: { service: "CertificateManager", region: aws.moto.region } },
  });
  await rig.storeReady("default", "certs", "False");
});

test("EKS's roles for ServiceAccounts: a token of the named one, for the role of its annotation and for AWS alone", async () => {
  const role = "arn:aws:iam::123456789012:role/shop";
  const accounts = rig.kube.namespaced(ServiceAccounts, "default");
  await accounts.create({ metadata: { name: "shop", annotations: { "eks.amazonaws.com/role-arn": role } } });
  await accounts.create({ metadata: { name: "bare" } });
  const jwt = (name: string) => ({ jwt: { serviceAccountRef: { name } } });
  const param = { service: "ParameterStore", auth: jwt("shop") };
  await aws.putParameter("/shop/db", "from-parameter");
  await rig.secretStore("default", "irsa", { provider: { aws: provider(param) } });
  await rig.externalSecret("default", "irsa", wants("irsa", { k: "/shop/db" }));
  await rig.ready("default", "irsa");
  assert.deepEqual(await rig.values("default", "irsa"), { k: "from-parameter" });
  const call = aws.gate.calls.find(({ action }) => action === "sts:AssumeRoleWithWebIdentity");
  const asked = new URLSearchParams(call?.body);
  assert.equal(asked.get("RoleArn"), role);
  const [, claims = ""] = (asked.get("WebIdentityToken") ?? "").split(".");
  const { aud, sub } = JSON.parse(Buffer.from(claims, "base64url").toString()) as { aud: string[]; sub: string };
  assert.deepEqual([aud, sub], [["sts.amazonaws.com"], "system:serviceaccount:default:shop"]);
  await rig.secretStore("default", "bare", { provider: { aws: provider({ auth: jwt("bare") }) } });
  await rig.externalSecret("default", "bare", wants("bare", { k: "prod/db" }));
  await rig.ready("default", "bare", { status: "False", message: /has no annotation eks.amazonaws.com\/role-arn/ });
});

test("the example of the documentation works as it stands", async () => {
  await aws.put("shop/db", '{"user":"shop","password":"from-aws-too"}');
  await rig.namespace("shop");
  const source = await openManifests(["examples/aws"], { base: "examples/aws" });
  // The policies beside them are AWS's.
  const manifests = [...source.read()].filter((event) => event.type === "object");
  const custom = [ExternalSecrets, SecretStores];
  assert.equal(await applyManifests(rig.kube, manifests, { fieldManager: "test", custom }), 3);
  await rig.ready("shop", "db");
  assert.deepEqual(await rig.values("shop", "db"), { user: "shop", password: "from-aws-too" });
});

test("fields that have no effect are named in the store's condition", async () => {
  const more = { externalID: "x", secretsManager: { recoveryWindowInDays: 7 }, service: "ParameterStore" };
  await rig.secretStore("default", "more", { provider: { aws: provider(more) } });
  await rig.storeReady("default", "more");
  const { status } = await rig.kube.namespaced(SecretStores, "default").get("more");
  const message = status?.conditions?.find(({ type }) => type === "Ready")?.message;
  assert.equal(
    message,
    "store validated; without effect: externalID (there is no role), secretsManager (the service is ParameterStore)",
  );
});

test("no value and no key is in any line of the log", () => {
  assert.ok(rig.log.length > 0);
  assert.doesNotMatch(rig.log.join(""), /from-aws|from-parameter|rotated"|reader-key/);
});
