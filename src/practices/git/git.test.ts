import assert from "node:assert/strict";
import { test } from "node:test";
import { findingsIn } from "../../model/world/findings-in.ts";
import { git } from "./index.ts";

const CANARY = "canary-5f1c-not-real";
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const secret = (rest: string): string => `apiVersion: v1\nkind: Secret\nmetadata: {name: db, namespace: shop}\n${rest}`;

const fails: Record<string, string> = {
  stringData: secret(`stringData:\n  password: ${CANARY}\n`),
  data: secret(`data:\n  password: ${base64(CANARY)}\n`),
  "a value beside ciphertext": secret(`stringData:\n  a: ENC[AES256_GCM,data:x]\n  password: ${CANARY}\n`),
  "a private key beside its certificate": secret(
    `stringData:\n  tls.crt: "-----BEGIN CERTIFICATE-----\\nx\\n-----END CERTIFICATE-----"\n  tls.key: "-----BEGIN PRIVATE KEY-----\\n${CANARY}"\n`,
  ),
  "a number": secret("stringData:\n  pin: 4711\n"),
  "a Secret in a List": `apiVersion: v1\nkind: List\nitems:\n- ${secret(`stringData: {password: ${CANARY}}\n`).trim().replaceAll("\n", "\n  ")}\n`,
  "an item of a SecretList that leaves its kind out": `apiVersion: v1\nkind: SecretList\nitems:\n- metadata: {name: db}\n  data: {password: ${base64(CANARY)}}\n`,
};
for (const [name, text] of Object.entries(fails)) {
  test(`SecretManifestHasValues: ${name} is found, without its value`, () => {
    const findings = findingsIn(git, text);
    assert.equal(findings.length, 1);
    assert.equal(findings[0]?.rule, "git/SecretManifestHasValues");
    const shown = JSON.stringify(findings);
    assert.ok(!shown.includes(CANARY) && !shown.includes(base64(CANARY)) && !shown.includes("4711"));
  });
}

const passes: Record<string, string> = {
  "no values": secret("type: kubernetes.io/service-account-token\n"),
  "empty values": secret('data: {a: ""}\nstringData:\n  b:\n'),
  "SOPS ciphertext": secret("stringData:\n  password: ENC[AES256_GCM,data:8f==,iv:a,tag:b,type:str]\nsops: {mac: x}\n"),
  "ciphertext in data": secret("data:\n  password: ENC[AES256_GCM,data:8f==,iv:a,tag:b,type:str]\n"),
  "a template": secret('stringData:\n  password: "{{ .Values.password }}"\n'),
  "a reference": secret("stringData:\n  password: <path:secret/data/db#password>\n  token: ${TOKEN}\n"),
  "an encoded placeholder": secret(`data:\n  password: ${base64("changeme")}\n`),
  "a certificate": secret('stringData:\n  ca.crt: "-----BEGIN CERTIFICATE-----\\nx\\n-----END CERTIFICATE-----"\n'),
  "a SealedSecret":
    "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: db}\nspec:\n  encryptedData: {password: AgBy3i4OJSWK}\n",
  "an ExternalSecret":
    "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: db}\nspec: {secretStoreRef: {name: vault}}\n",
};
for (const [name, text] of Object.entries(passes)) {
  test(`SecretManifestHasValues: ${name} is in order`, () => {
    assert.deepEqual(findingsIn(git, text), []);
  });
}

test("a Secret of a cluster is no file", () => {
  assert.deepEqual(findingsIn(git, secret(`stringData: {password: ${CANARY}}\n`), "cluster"), []);
});

test("the finding names the keys and the first one's field", () => {
  const [finding] = findingsIn(git, secret(`stringData:\n  "tls.key": ${CANARY}\n  b: ${CANARY}\n`));
  assert.equal(finding?.subject.field, "stringData['tls.key']");
  assert.deepEqual(finding?.evidence, { keys: "tls.key, b", count: 2 });
});

const SETTINGS: Record<string, readonly [rule: string, field: string, bad: string, good: string]> = {
  "an Application": [
    "git/ChartValuesHaveCredential",
    "spec.source.helm.parameters[0].value",
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec: {source: {helm: {parameters: [{name: db.password, value: ${CANARY}}]}}}\n`,
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {source: {helm: {parameters: [{name: db.existingSecret, value: db}]}}}\n",
  ],
  "a HelmRelease": [
    "git/ChartValuesHaveCredential",
    "spec.values.auth.password",
    `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec: {values: {auth: {password: ${CANARY}}}}\n`,
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec: {valuesFrom: [{kind: Secret, name: a}]}\n",
  ],
  "a kustomization": [
    "git/KustomizationHasValues",
    "secretGenerator[0].literals[0]",
    `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsecretGenerator: [{name: a, literals: [user=${CANARY}]}]\n`,
    "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nsecretGenerator: [{name: a, envs: [a.env]}]\n",
  ],
  "an ExternalSecret's template": [
    "git/SecretTemplateHasValue",
    "spec.target.template.data.password",
    `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nspec: {target: {template: {data: {password: ${CANARY}}}}}\n`,
    "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nspec: {target: {template: {data: {password: '{{ .p }}'}}}}\n",
  ],
};
for (const [name, [rule, field, bad, good]] of Object.entries(SETTINGS)) {
  test(`${rule}: ${name} with a credential is found by its field, one with a reference is in order`, () => {
    const findings = findingsIn(git, bad);
    assert.deepEqual(
      findings.map((finding) => [finding.rule, finding.subject.field, finding.evidence?.["count"]]),
      [[rule, field, 1]],
    );
    assert.ok(!JSON.stringify(findings).includes(CANARY));
    assert.deepEqual(findingsIn(git, good), []);
    assert.deepEqual(findingsIn(git, bad, "cluster"), []);
  });
}
