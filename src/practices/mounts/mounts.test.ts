import assert from "node:assert/strict";
import { test } from "node:test";
import { findingsIn } from "../../model/world/findings-in.ts";
import { mounts } from "./index.ts";

const CANARY = "canary-7d2e-not-real";
const FROM_SECRET = "{name: PASSWORD, valueFrom: {secretKeyRef: {name: db, key: password}}}";
const container = (fields: string): string => `{name: web, image: busybox, ${fields}}`;
const inEnv = container(`env: [${FROM_SECRET}]`);
const inEnvFrom = container("envFrom: [{secretRef: {name: db}}]");
const literal = (name: string, value: string): string =>
  container(`env: [{name: ${name}, value: ${JSON.stringify(value)}}]`);
const pod = (spec: string, metadata = "name: web, namespace: shop"): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {${metadata}}\nspec: {${spec}}\n`;
const workload = (apiVersion: string, kind: string, spec: string): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: web, namespace: shop}\n${spec}\n`;
const template = (one: string): string => `{spec: {containers: [${one}]}}`;
const configMap = (data: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: shop}\ndata:\n${data}`;

const everyKind = (one: string): Record<string, string> => ({
  Pod: pod(`containers: [${one}]`),
  "an init container": pod(`initContainers: [${one}]`),
  "an ephemeral container": pod(`ephemeralContainers: [${one}]`),
  PodTemplate: workload("v1", "PodTemplate", `template: ${template(one)}`),
  ReplicationController: workload("v1", "ReplicationController", `spec: {template: ${template(one)}}`),
  Deployment: workload("apps/v1", "Deployment", `spec: {template: ${template(one)}}`),
  ReplicaSet: workload("apps/v1", "ReplicaSet", `spec: {template: ${template(one)}}`),
  StatefulSet: workload("apps/v1", "StatefulSet", `spec: {template: ${template(one)}}`),
  DaemonSet: workload("apps/v1", "DaemonSet", `spec: {template: ${template(one)}}`),
  Job: workload("batch/v1", "Job", `spec: {template: ${template(one)}}`),
  CronJob: workload("batch/v1", "CronJob", `spec: {jobTemplate: {spec: {template: ${template(one)}}}}`),
  Rollout: workload("argoproj.io/v1alpha1", "Rollout", `spec: {template: ${template(one)}}`),
});

const cases: Record<string, { fails: Record<string, string>; passes: Record<string, string> }> = {
  "mounts/SecretInEnvironment": {
    fails: everyKind(inEnv),
    passes: {
      "a mounted Secret": pod(
        "containers: [{name: web, volumeMounts: [{name: db, mountPath: /run/db}]}], volumes: [{name: db, secret: {secretName: db}}]",
      ),
      "a ConfigMap's key": pod(
        "containers: [{name: web, env: [{name: A, valueFrom: {configMapKeyRef: {name: a, key: b}}}]}]",
      ),
      "a Pod that a ReplicaSet made": pod(
        `containers: [${inEnv}]`,
        "name: web, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web, controller: true}]",
      ),
    },
  },
  "mounts/SecretInEnvFrom": {
    fails: everyKind(inEnvFrom),
    passes: { "a ConfigMap": pod(`containers: [${container("envFrom: [{configMapRef: {name: a}}]")}]`) },
  },
  "mounts/CredentialInEnvironment": {
    fails: {
      ...everyKind(literal("DB_PASSWORD", CANARY)),
      ...Object.fromEntries(
        [
          ["PGPASSWORD", CANARY],
          ["apiKey", CANARY],
          ["spring.datasource.password", CANARY],
          ["AWS_SECRET_ACCESS_KEY", CANARY],
          ["AUTH_TOKEN_2", CANARY],
          ["RABBITMQ_DEFAULT_PASS", CANARY],
          ["CLIENT_SECRET", CANARY],
          ["DATABASE_URL", `postgres://shop:${CANARY}@db:5432/shop`],
          ["ANYTHING", `-----BEGIN PRIVATE KEY-----\n${CANARY}`],
          ["ANYTHING_ELSE", `ghp_${"a1B2".repeat(9)}`],
          ["PASSWORD", "12345678"],
        ].map(([name = "", value = ""]) => [name, pod(`containers: [${literal(name, value)}]`)]),
      ),
    },
    passes: Object.fromEntries(
      [
        ["LOG_LEVEL", "info"],
        ["PASSWORD_FILE", "/run/secrets/db/password"],
        ["PASSWORD", "/run/secrets/db/password"],
        ["PASSWORD", "$(DB_PASSWORD)"],
        ["DATABASE_URL", "postgres://shop:$(DB_PASSWORD)@db:5432/shop"],
        ["DATABASE_URL", "postgres://db:5432/shop"],
        ["PASSWORD", ""],
        ["PASSWORD", "changeme"],
        ["PASSWORD", "<password>"],
        ["TOKEN_TTL", "3600"],
        ["TOKEN", "true"],
        ["AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"],
        ["SECRET_NAME", "db-credentials-1"],
        ["TLS_SECRET", "web-tls-cert"],
        ["TOKEN_URL", "https://login.example.com/token"],
        ["VAULT_TOKEN", "vault:secret/data/db#token"],
        ["BYPASS", "something-else-1"],
        ["KEYBOARD_LAYOUT", "de-latin1"],
        ["PRIMARY_KEY", "id_number_1"],
        ["AUTH_SECRET", "{{ .Values.secret }}"],
      ].map(([name = "", value = ""], index) => [`${name} (${index})`, pod(`containers: [${literal(name, value)}]`)]),
    ),
  },
  "mounts/CredentialInConfigMap": {
    fails: {
      "a key": configMap(`  DB_PASSWORD: ${CANARY}\n`),
      "a URL": configMap(`  url: redis://:${CANARY}@cache:6379\n`),
      "a property": configMap(
        `  application.properties: |\n    # settings\n    spring.datasource.username=shop\n    spring.datasource.password=${CANARY}\n`,
      ),
      "a line of YAML": configMap(`  config.yaml: |\n    db:\n      password: "${CANARY}"\n`),
      "a member of JSON": configMap(
        `  config.json: |\n    {\n      "clientSecret": "${CANARY}",\n      "a": 1\n    }\n`,
      ),
      "a line of shell": configMap(`  env.sh: |\n    export API_KEY='${CANARY}'\n`),
      "a private key": configMap(`  tls.pem: |\n    -----BEGIN RSA PRIVATE KEY-----\n    MIIE${CANARY}\n`),
    },
    passes: {
      settings: configMap('  LOG_LEVEL: info\n  TOKEN_TTL: "3600"\n'),
      "a certificate": configMap(
        "  ca.crt: |\n    -----BEGIN CERTIFICATE-----\n    MIIB\n    -----END CERTIFICATE-----\n",
      ),
      "a template": configMap(
        "  config.yaml: |\n    password: {{ .Values.password }}\n    token: ${TOKEN}\n    key: $(cat /run/key)\n",
      ),
      "paths and calls": configMap(
        "  app.py: |\n    password = os.environ['PASSWORD']\n    token = read_token()\n    # password = old\n    password_file=/run/secrets/db\n",
      ),
      "no data": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: empty}\n",
      "prose about passwords": configMap(
        "  motd: |\n    Your password: ask an administrator.\n    The token is in the vault.\n",
      ),
    },
  },
};

test("every check of the practice has cases here", () => {
  assert.deepEqual(
    Object.keys(cases),
    mounts.parts.flatMap(({ rules }) => rules.map(({ rule }) => rule)),
  );
});

for (const [rule, { fails, passes }] of Object.entries(cases)) {
  for (const [name, text] of Object.entries(fails)) {
    test(`${rule}: ${name} is found once, without a value`, () => {
      const findings = findingsIn(mounts, text);
      assert.deepEqual(
        findings.map((finding) => finding.rule),
        [rule],
      );
      assert.ok(!JSON.stringify(findings).includes(CANARY));
    });
  }
  for (const [name, text] of Object.entries(passes)) {
    test(`${rule}: ${name} is in order`, () => {
      assert.deepEqual(findingsIn(mounts, text), []);
    });
  }
}

test("the finding leads to the container and the field", () => {
  const [finding] = findingsIn(mounts, pod(`initContainers: [{name: a}, ${inEnv}]`));
  assert.equal(finding?.subject.field, "spec.initContainers[1].env[0]");
  assert.match(finding?.message ?? "", /container web in variable PASSWORD/);
  assert.match(finding?.fix ?? "", /PASSWORD_FILE, value: \/run\/secrets\/db\/password/);
});

test("members of wrong types are no defects of ours", () => {
  assert.deepEqual(
    findingsIn(mounts, pod("containers: 3, initContainers: [1, {env: x, envFrom: {}}], volumes: [null]")),
    [],
  );
});
