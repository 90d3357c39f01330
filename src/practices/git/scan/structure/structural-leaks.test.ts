import assert from "node:assert/strict";
import { test } from "node:test";
import type { Rule, Structure } from "../rule.ts";
import { type BesideFile, structuralLeaks } from "./structural-leaks.ts";

const VALUE = "Zq7-canary-82hd";
const base64 = (text: string): string => Buffer.from(text).toString("base64");

const rule = (structure: Structure): Rule => ({
  id: structure,
  description: "",
  structure,
  secretGroup: 0,
  entropy: 0,
  keywords: [],
  tags: [],
  allowlists: [],
  required: [],
  general: "lines",
  skipReport: false,
});
const STRUCTURES: readonly Structure[] = [
  "kubernetes-secret",
  "config-map",
  "workload-variable",
  "chart-values",
  "kustomization",
  "variables",
];
const RULES = new Map(STRUCTURES.map((structure) => [structure, rule(structure)]));

/** What is found, as `structure:line:field`. */
function found(path: string, text: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  const beside = (name: string): BesideFile | undefined => {
    const content = files[name];
    return content === undefined ? undefined : { origin: { path: name }, bytes: Buffer.from(content) };
  };
  const scan = { rules: RULES, allowlists: [], allowComments: true, beside };
  return [...structuralLeaks(Buffer.from(text), { path }, scan)].map(({ rule: id, file, startLine, field }) =>
    [file === path ? id : `${file}:${id}`, startLine, field ?? ""].join(":"),
  );
}

const secret = (rest: string): string => `apiVersion: v1\nkind: Secret\nmetadata: {name: db}\n${rest}`;
const pod = (env: string): string => `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    env:\n${env}`;
const configMap = (data: string): string => `apiVersion: v1\nkind: ConfigMap\ndata:\n${data}`;

const FINDS: Record<string, readonly [path: string, text: string, expected: readonly string[]]> = {
  "a literal in a Helm template's Secret": [
    "chart/templates/secret.yaml",
    `{{- if .Values.enabled }}\napiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ include "x.fullname" . }}-db\n  labels:\n    {{- include "x.labels" . | nindent 4 }}\nstringData:\n  user: {{ .Values.user | quote }}\n  password: ${VALUE}\n{{- end }}\n`,
    ["kubernetes-secret:10:stringData.password"],
  ],
  "both branches of a template": [
    "secret.yaml",
    secret(
      `stringData:\n{{- if .a }}\n  password: ${VALUE}\n{{- else if .b }}\n  password: ${VALUE}2\n{{- else }}\n  password: {{ .c }}\n{{- end }}\n`,
    ),
    ["kubernetes-secret:6:stringData.password", "kubernetes-secret:8:stringData.password"],
  ],
  "a literal that a template encodes, or falls back to": [
    "secret.yaml",
    secret(
      `data:\n  a: {{ "${VALUE}" | b64enc }}\n  b: {{ .Values.b | default "${VALUE}" | b64enc | quote }}\n  c: {{ b64enc "${VALUE}" }}\n  d: {{ .Values.d | b64enc }}\n  e: {{ required "a password is needed" .Values.e | b64enc }}\n  f: {{ .Values.f | default "" }}\n`,
    ),
    ["kubernetes-secret:5:data.a", "kubernetes-secret:6:data.b", "kubernetes-secret:7:data.c"],
  ],
  "a template whose keys are actions": [
    "secret.yaml",
    secret(`stringData:\n  {{ .Values.a }}: {{ .Values.b }}\n  {{ .Values.c }}: ${VALUE}\n`),
    ["kubernetes-secret:6:stringData['{{ }}']"],
  ],
  "a chart's values": [
    "chart/values-prod.yaml",
    `image: {repository: x, tag: "1.2"}\nauth:\n  username: app\n  rootPassword: ${VALUE}\n  existingSecret: ""\napiKey: ${VALUE}\ntls: {secretName: web}\npin: 1\nadmin:\n  password: 84756219\n`,
    ["chart-values:4:auth.rootPassword", "chart-values:6:apiKey", "chart-values:10:admin.password"],
  ],
  "pairs of name and value in a chart's values": [
    "values.yaml",
    `extraEnv:\n- name: DB_PASSWORD\n  value: ${VALUE}\n- name: DB_HOST\n  value: db\n- name: TOKEN\n  valueFrom: {secretKeyRef: {name: a, key: token}}\n`,
    ["chart-values:3:extraEnv[0].value"],
  ],
  "texts in a chart's values, line by line": [
    "values.yml",
    `config: |\n  [database]\n  password = ${VALUE}\n  host = db\n`,
    ["chart-values:3:config"],
  ],
  "an Argo CD Application": [
    "app.yaml",
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  sources:\n  - repoURL: https://git:${VALUE}@example.com/x.git\n    helm:\n      parameters:\n      - {name: auth.password, value: ${VALUE}}\n      values: |\n        auth:\n          token: ${VALUE}\n      valuesObject:\n        redis: {password: ${VALUE}}\n`,
    [
      "chart-values:5:spec.sources[0].repoURL",
      "chart-values:8:spec.sources[0].helm.parameters[0].value",
      "chart-values:11:spec.sources[0].helm.values",
      "chart-values:13:spec.sources[0].helm.valuesObject.redis.password",
    ],
  ],
  "an Argo CD ApplicationSet": [
    "set.yaml",
    `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nspec:\n  goTemplate: true\n  generators:\n  - list: {elements: [{cluster: a, password: ${VALUE}}]}\n  template:\n    spec:\n      source: {helm: {parameters: [{name: password, value: "{{ .password }}"}]}}\n`,
    ["chart-values:6:spec.generators[0].list.elements[0].password"],
  ],
  "an Argo CD repository Secret: what is secret in it": [
    "repo.yaml",
    `apiVersion: v1\nkind: Secret\nmetadata:\n  name: repo\n  labels: {argocd.argoproj.io/secret-type: repository}\nstringData:\n  type: git\n  url: https://example.com/x.git\n  username: git\n  password: ${VALUE}\n`,
    ["kubernetes-secret:10:stringData.password"],
  ],
  "a Flux HelmRelease": [
    "release.yaml",
    `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec:\n  values:\n    grafana:\n      adminPassword: ${VALUE}\n  valuesFrom: [{kind: Secret, name: grafana-values}]\n`,
    ["chart-values:6:spec.values.grafana.adminPassword"],
  ],
  "a Flux Kustomization's substitutes": [
    "flux.yaml",
    `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: {postBuild: {substitute: {db_password: ${VALUE}, region: eu}}}\n`,
    ["chart-values:3:spec.postBuild.substitute.db_password"],
  ],
  "a kustomization without apiVersion": [
    "overlays/prod/kustomization.yaml",
    `resources: [../../base]\nsecretGenerator:\n- name: db\n  literals:\n  - user=app\n  - 'password="${VALUE}"'\n  - empty=\n- name: x\n  literals: ["a=\${A}"]\nconfigMapGenerator:\n- name: c\n  literals: [API_TOKEN=${VALUE}, HOST=db]\n`,
    [
      "kustomization:5:secretGenerator[0].literals[0]",
      "kustomization:6:secretGenerator[0].literals[1]",
      "kustomization:12:configMapGenerator[0].literals[0]",
    ],
  ],
  "a patch in a kustomization": [
    "kustomization.yml",
    `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\npatches:\n- patch: |-\n    kind: Deployment\n    env:\n      DB_PASSWORD: ${VALUE}\n`,
    ["kustomization:7:patches[0].patch"],
  ],
  "a ConfigMap: names, connection strings, lines of texts": [
    "cm.yaml",
    configMap(
      `  DB_PASSWORD: ${VALUE}\n  url: postgres://app:${VALUE}@db/shop\n  app.yaml: |\n    host: db\n    spring.datasource.password: ${VALUE}\n    token: ${VALUE}\n  HOST: db\n`,
    ),
    [
      "config-map:4:data.DB_PASSWORD",
      "config-map:5:data.url",
      "config-map:8:data['app.yaml']",
      "config-map:9:data['app.yaml']",
    ],
  ],
  "a workload's variables": [
    "deploy.yaml",
    `apiVersion: apps/v1\nkind: Deployment\nspec:\n  template:\n    spec:\n      initContainers:\n      - name: i\n        env: [{name: TOKEN, value: ${VALUE}}]\n      containers:\n      - name: a\n        env:\n        - name: DB_PASSWORD\n          value: ${VALUE}\n        - name: DB_HOST\n          value: db\n`,
    [
      "workload-variable:8:spec.template.spec.initContainers[0].env[0].value",
      "workload-variable:13:spec.template.spec.containers[0].env[0].value",
    ],
  ],
  "a workload in a template": [
    "templates/deploy.yaml",
    `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  template:\n    spec:\n      containers:\n      - name: a\n        image: "{{ .Values.image }}:{{ .Values.tag }}"\n        env:\n        {{- range .Values.env }}\n        - name: {{ .name }}\n          value: {{ .value | quote }}\n        {{- end }}\n        - name: DB_PASSWORD\n          value: ${VALUE}\n`,
    ["workload-variable:17:spec.template.spec.containers[0].env[1].value"],
  ],
  "a value written out in an ExternalSecret's template": [
    "es.yaml",
    `apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nspec:\n  target:\n    template:\n      data:\n        user: "{{ .user }}"\n        password: ${VALUE}\n        url: "postgres://{{ .user }}:{{ .password }}@db"\n`,
    ["kubernetes-secret:8:spec.target.template.data.password"],
  ],
  "a file of variables": [
    "app/.env.production",
    `# comment\nDB_HOST=db\nexport DB_PASSWORD='${VALUE}'\nAPI_TOKEN=${VALUE} # the token\nEMPTY_TOKEN=\n`,
    ["variables:3:DB_PASSWORD", "variables:4:API_TOKEN"],
  ],
  "a Secret behind several base64 values (gitleaks#1933)": [
    "s.yaml",
    `apiVersion: v1\ndata:\n${Array.from({ length: 40 }, (_, index) => `  key${index}: ""\n`).join("")}  last: ${base64(VALUE)}\nkind: Secret\n`,
    ["kubernetes-secret:43:data.last"],
  ],
};
for (const [name, [path, text, expected]] of Object.entries(FINDS)) {
  test(`finds ${name}`, () => {
    assert.deepEqual(found(path, text), expected);
  });
}

const PASSES: Record<string, readonly [path: string, text: string]> = {
  "SECRETS_DIR (kube-linter#1198)": ["p.yaml", pod("    - {name: SECRETS_DIR, value: /run/secrets/shop}\n")],
  "an Ingress secretName (checkov#4815)": [
    "i.yaml",
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web-Secret}\nspec: {tls: [{hosts: [a], secretName: web-tls-secret}]}\n",
  ],
  "an Ingress secretName in a chart's values": [
    "values.yaml",
    "ingress: {tls: [{secretName: web-tls-secret-2}]}\ntlsSecret: web1\n",
  ],
  "an RBAC apiGroup (gitleaks#850)": [
    "r.yaml",
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: Secret-reader}\n",
  ],
  "*_SECRET_KEY_PATH (regolibrary#697)": [
    "p.yaml",
    pod("    - {name: JWT_SECRET_KEY_PATH, value: /etc/keys/jwt.pem}\n"),
  ],
  "names of Secrets": [
    "p.yaml",
    pod(
      "    - {name: TLS_SECRET, value: my-cert}\n    - {name: PULL_SECRET, value: regcred}\n    - {name: SECRET_NAME, value: db9}\n",
    ),
  ],
  "names of Secrets and of keys in a chart's values": [
    "values.yaml",
    "auth: {existingSecret: db1, existingSecretPasswordKey: password, secretKey: redis-password}\nimagePullSecret: regcred\nexternalSecrets: [{secretKey: Zq9-name-of-key, remoteRef: {key: a}}]\n",
  ],
  "SOPS ciphertext (betterleaks#309)": [
    "values.yaml",
    "password: ENC[AES256_GCM,data:8f==,iv:a,tag:b,type:str]\nsops:\n  mac: ENC[AES256_GCM,data:x,iv:a,tag:b,type:str]\n  lastmodified: '2026-01-01T00:00:00Z'\n  token: 0123456789abcdef\n",
  ],
  "a file of variables that SOPS encrypted (ggshield#220)": [
    ".env",
    "DB_PASSWORD=ENC[AES256_GCM,data:8f==,iv:a,tag:b,type:str]\nsops_mac=ENC[AES256_GCM,data:8f==,iv:a,tag:b,type:str]\n",
  ],
  "a SealedSecret (gitleaks#1728)": [
    "s.yaml",
    "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec: {encryptedData: {password: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq}, template: {data: {password: '{{ .x }}'}}}\n",
  ],
  "a SopsSecret and an ExternalSecret (gitleaks#1508)": [
    "s.yaml",
    "apiVersion: isindir.github.com/v1alpha3\nkind: SopsSecret\nspec: {secretTemplates: [{name: a, stringData: {password: 'ENC[AES256_GCM,data:8f==,type:str]'}}]}\n---\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nspec: {data: [{secretKey: password9, remoteRef: {key: shop/db}}]}\n",
  ],
  "age and Ansible Vault": [
    "s.yaml",
    secret(
      "stringData:\n  a: |\n    -----BEGIN AGE ENCRYPTED FILE-----\n    YWdl\n    -----END AGE ENCRYPTED FILE-----\n  b: |\n    $ANSIBLE_VAULT;1.1;AES256\n    6338\n",
    ),
  ],
  "placeholders of templates (sops-pre-commit#24)": [
    "values.yaml",
    'password: changeme\ntoken: <token>\napiKey: ${API_KEY}\nsecret: "{{ .Values.x }}"\nclientSecret: {{ secret }}\npasswd: "%(PASSWORD)s"\n',
  ],
  "what a ConfigMap says about secrets (trivy#3034)": [
    "cm.yaml",
    configMap(
      "  TOKEN_TTL: 30m\n  PASSWORD_POLICY: strong\n  SECRET_PROVIDER: vault\n  AUTH_TOKEN: 'true'\n  note: |\n    the password is in the vault\n",
    ),
  ],
  "a file of variables for show": [".env.example", `DB_PASSWORD=${VALUE}\n`],
  "lines with gitleaks:allow": ["values.yaml", `password: ${VALUE} # gitleaks:allow\n`],
  "a template whose actions are never closed": ["s.yaml", `kind: Secret\n${"{{ ".repeat(20_000)}`],
};
for (const [name, [path, text]] of Object.entries(PASSES)) {
  test(`passes over ${name}`, () => {
    assert.deepEqual(found(path, text), []);
  });
}

test("what SOPS left in the clear beside its ciphertext is found", () => {
  const text = `password: ${VALUE}\nother: ENC[AES256_GCM,data:8f==,iv:a,tag:b,type:str]\nsops: {mac: "ENC[x]", lastmodified: a}\n`;
  assert.deepEqual(found("values.yaml", text), ["chart-values:1:password"]);
});

test("the files that a kustomization makes a Secret of are read beside it, where they may be", () => {
  const text =
    "secretGenerator:\n- name: db\n  envs: [db.env, ../../etc/passwd.env]\n  files: [ca.crt, key=password.txt]\n";
  const files = {
    "db.env": `USER=app\nPASSWORD=${VALUE}\nEMPTY=\n`,
    "password.txt": `${VALUE}\n`,
    "ca.crt": "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n",
  };
  assert.deepEqual(found("kustomization.yaml", text, files), [
    "db.env:kustomization:1:USER",
    "db.env:kustomization:2:PASSWORD",
    "password.txt:kustomization:1:",
  ]);
});

test("hostile files end, and are found nothing in: aliases, depth, long lines, no UTF-8", () => {
  const bomb = `a0: &a0 [${"x,".repeat(9)}x]\n${Array.from({ length: 12 }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}*a${n}]`).join("\n")}\npassword: ${VALUE}\n`;
  assert.deepEqual(found("values.yaml", bomb), []);
  assert.deepEqual(found("values.yaml", `a: ${"[".repeat(100_000)}`), []);
  assert.deepEqual(found("values.yaml", `a: &a\n  password: ${VALUE}\n  b: *a\n`), []);
  assert.deepEqual(found("values.yaml", `a: "${"x".repeat(10_000_000)}"\npassword: ${VALUE}\n`), [
    "chart-values:2:password",
  ]);
  assert.deepEqual(found("values.yaml", `${" ".repeat(10_000_000)}\npassword: ${VALUE}\n`), [
    "chart-values:2:password",
  ]);
  assert.deepEqual(found("a.yaml", `${secret("")}${"{{/* ".repeat(1_000_000)}`), []);
  assert.deepEqual(found("a.yaml", `${secret("")}${"{{ if }}\n{{ else }}\n".repeat(200_000)}`), []);
  const broken = Buffer.concat([
    Buffer.from("a: "),
    Buffer.from([0xff, 0xfe, 0xc3]),
    Buffer.from(`\npassword: ${VALUE}\n`),
  ]);
  assert.deepEqual(found("values.yaml", broken.toString("latin1")), ["chart-values:2:password"]);
});
