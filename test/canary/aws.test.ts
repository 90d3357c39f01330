import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureCrds } from "../../src/kernel/kube/crd/ensure-crds.ts";
import { connectKube, type Kube, Secrets } from "../../src/kernel/kube/index.ts";
import { Secret } from "../../src/kernel/secret/secret.ts";
import { AwsRig, READER } from "../../src/kernel/stores/aws/testing/aws-rig.ts";
import { type ControlPlane, startControlPlane } from "../../src/lab/index.ts";
import { ExternalSecrets, MANAGER_CRDS, SecretStores } from "../../src/practices/managers/index.ts";
import { leaksIn, newCanary } from "./canary.ts";
import { runKustody } from "./run-kustody.ts";

const canaries = {
  text: newCanary("text"),
  json: newCanary("json"),
  binary: newCanary("binary"),
  parameter: newCanary("parameter"),
  accessKey: newCanary("accessKey"),
};
const all = Object.values(canaries);
const METRICS = "127.0.0.1:19473";
/** What each ExternalSecret asks for, and of which store: those that work, and others that fail after the value was read. */
const ASKED: readonly [name: string, store: string, remoteRef: object, ready: boolean][] = [
  ["json", "secrets", { key: "json", property: "password" }, true],
  ["binary", "secrets", { key: "binary" }, true],
  ["parameter", "parameters", { key: "/db" }, true],
  ["no-such-property", "secrets", { key: "json", property: "other" }, false],
  ["no-json", "secrets", { key: "text", property: "password" }, false],
  ["refused", "secrets", { key: "refused" }, false],
  ["garbled", "secrets", { key: "garbled" }, false],
];

let plane: ControlPlane;
let kube: Kube;
let aws: AwsRig;
before(async () => {
  aws = await AwsRig.start();
  aws.gate.setKey(READER.id, { secret: canaries.accessKey.value, identity: "reader" });
  await aws.put("text", canaries.text.value);
  await aws.put("json", JSON.stringify({ password: canaries.json.value }));
  await aws.put("binary", Buffer.from(canaries.binary.value));
  await aws.putParameter("/db", canaries.parameter.value);
  // A reply that was cut off: parsers quote what they cannot parse.
  aws.gate.decide = ({ action, body }) => {
    if (action.endsWith("BatchGetSecretValue")) return { name: "AccessDeniedException" };
    if (body.includes('"refused"')) return { name: "AccessDeniedException", message: "no policy allows it" };
    return body.includes('"garbled"') ? { status: 200, name: "", raw: `${canaries.text.value} cut off` } : undefined;
  };
  plane = await startControlPlane();
  kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
  await ensureCrds(kube, MANAGER_CRDS);
  const data = { id: Secret.fromText(READER.id), key: Secret.fromText(canaries.accessKey.value) };
  await kube.namespaced(Secrets, "default").create({ metadata: { name: "aws" }, data });
  const selector = (key: string) => ({ name: "aws", key });
  const secretRef = { accessKeyIDSecretRef: selector("id"), secretAccessKeySecretRef: selector("key") };
  for (const [name, service] of [
    ["secrets", "SecretsManager"],
    ["parameters", "ParameterStore"],
  ] as const) {
    const provider = { aws: { service, region: aws.moto.region, auth: { secretRef } } };
    await kube.namespaced(SecretStores, "default").create({ metadata: { name }, spec: { provider } });
  }
  for (const [name, store, remoteRef] of ASKED) {
    const spec = {
      secretStoreRef: { name: store },
      data: [{ secretKey: "value", remoteRef: remoteRef as { key: string } }],
    };
    await kube.namespaced(ExternalSecrets, "default").create({ metadata: { name }, spec });
  }
});
after(async () => {
  await kube?.close();
  await plane?.stop();
  await aws?.[Symbol.asyncDispose]();
});

async function untilAllAreJudged(): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    const { items } = await kube.namespaced(ExternalSecrets, "default").list();
    if (items.every(({ status }) => (status?.conditions?.length ?? 0) > 0)) return;
    await sleep(200);
  }
  assert.fail("not every ExternalSecret got a condition within 30 s");
}

test("no value of AWS and no access key is in any output, status, event or metric", async () => {
  const { endpoint } = aws.gate;
  const env = { AWS_SECRETSMANAGER_ENDPOINT: endpoint, AWS_SSM_ENDPOINT: endpoint, AWS_STS_ENDPOINT: endpoint };
  let metrics = "";
  const judged = untilAllAreJudged().then(async () => {
    metrics = await (await fetch(`http://${METRICS}/metrics`)).text();
  });
  const args = ["operator", "--kubeconfig", plane.kubeconfig, "--leader-election", "false", "--log-level", "debug"];
  const seen = await runKustody([...args, "--metrics-listen", METRICS], { env, interrupt: judged });
  await judged;
  const { items } = await kube.namespaced(ExternalSecrets, "default").list();
  const state = items.map(({ metadata, status }) => [metadata.name, status?.conditions?.[0]?.status === "True"]);
  assert.deepEqual(Object.fromEntries(state), Object.fromEntries(ASKED.map(([name, , , ready]) => [name, ready])));
  assert.match(metrics, /provider="AWS\/SecretsManager"/);
  const events = await kube.transport.request({ what: "list events", path: "/apis/events.k8s.io/v1/events" });
  const seenElsewhere = { metrics, statuses: JSON.stringify(items), events: events.body };
  for (const [where, text] of Object.entries({ ...seen, ...seenElsewhere }))
    assert.deepEqual(
      leaksIn(Buffer.from(text === null ? "" : typeof text === "number" ? String(text) : text), all),
      [],
      where,
    );
});
