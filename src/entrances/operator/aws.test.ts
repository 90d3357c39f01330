import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Secrets } from "../../kernel/kube/index.ts";
import { Secret } from "../../kernel/secret/secret.ts";
import { AwsRig, READER } from "../../kernel/stores/aws/testing/aws-rig.ts";
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

test("no value and no key is in any line of the log", () => {
  assert.ok(rig.log.length > 0);
  assert.doesNotMatch(rig.log.join(""), /from-aws|rotated"|reader-key/);
});
