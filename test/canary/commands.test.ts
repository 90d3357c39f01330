import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { COMMANDS } from "../../src/entrances/cli/commands.ts";
import { type Canary, leaksIn, newCanary } from "./canary.ts";
import { type RunOptions, runKustody } from "./run-kustody.ts";

const canaries = {
  data: newCanary("data"),
  stringData: newCanary("stringData"),
  applied: newCanary("applied"),
  key: newCanary("key"),
  env: newCanary("env"),
  configMap: newCanary("configMap"),
  broken: newCanary("broken"),
  token: newCanary("token"),
  proxy: newCanary("proxy"),
} satisfies Record<string, Canary>;
const all = Object.values(canaries);

const quoted = ({ value }: Canary): string => JSON.stringify(value);
const base64 = ({ value }: Canary): string => Buffer.from(value).toString("base64");

const MANIFESTS: Readonly<Record<string, string>> = {
  "secret.yaml": `apiVersion: v1
kind: Secret
metadata:
  name: db
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: ${JSON.stringify(JSON.stringify({ stringData: { p: canaries.applied.value } }))}
data: { password: ${base64(canaries.data)} }
stringData: { password: ${quoted(canaries.stringData)} }
`,
  "pod.yaml": `apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - name: web
      image: busybox
      env: [{ name: DB_PASSWORD, value: ${quoted(canaries.env)} }]
`,
  "config-map.yaml": `apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data:
  API_TOKEN: ${quoted(canaries.configMap)}
  URL: "redis://u:${encodeURIComponent(canaries.configMap.value)}@host"
`,
  "encryption.yaml": `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers: [{ aescbc: { keys: [{ name: k, secret: ${base64(canaries.key)} }] } }]
`,
  // Broken in several ways, so that error paths are searched too.
  "broken.yaml": `apiVersion: v1\nkind: Secret\nstringData: { password: ${quoted(canaries.broken)}\n---\nkind: Secret\nstringData: {a: 1, a: ${quoted(canaries.broken)}}\n`,
  "broken.json": `{"apiVersion":"v1","kind":"Secret","stringData":{"password":${quoted(canaries.broken)}`,
  "broken.toml": `[[rules]]\nid = "a"\nregex = ${quoted(canaries.broken)} x\n`,
  "leaks.tmpl": '{{ toPrettyJson . }}{{ range . }}{{ . }}{{ printf "%#v" . }}{{ end }}',
  "broken.tmpl": "{{ range . }}{{ mustFromJson (print .Secret .Match .Line) }}{{ fail .File }}{{ end }}",
  "betterleaks.toml": `[[rules]]\nid = "any-canary"\nregex = '''cnry\\+[^"]+'''\nvalidate = ${quoted(canaries.broken)}\nfilter = ${quoted(canaries.broken)}\n`,
  "values.yaml": `auth:\n  password: ${quoted(canaries.configMap)}\n`,
  "rules.toml": `[[rules]]\nid = "any-canary"\nregex = '''cnry\\+[^"]+'''\n`,
  kubeconfig: `apiVersion: v1
kind: Config
current-context: c
contexts: [{ name: c, context: { cluster: c, user: u } }]
clusters: [{ name: c, cluster: { server: "https://127.0.0.1:1", proxy-url: "http://u:${encodeURIComponent(canaries.proxy.value)}@127.0.0.1:1" } }]
users: [{ name: u, user: { token: ${quoted(canaries.token)} } }]
`,
  "wrong-kubeconfig": `apiVersion: v1
kind: Config
users: [{ name: u, user: { token: [${quoted(canaries.token)}] } }]
`,
  "moved.yaml": `apiVersion: v1
kind: Secret
metadata: { name: moved, namespace: shop }
stringData: { password: ${quoted(canaries.stringData)} }
`,
  "store.yaml": `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: local }
spec: { provider: { local: {} } }
`,
  "kustody.yaml": "failOn: high\n",
  "broken.keys": `kustody-kms-keys 1\nkey ${base64(canaries.key)}\n`,
  passphrase: `${canaries.token.value}\n`,
};

const EXTERNALIZE = [
  "externalize",
  "--store",
  "ClusterSecretStore/local",
  "--store-file",
  "{}/store.yaml",
  "--local-store",
  "{}/kst",
];

const TOKEN_LINES = `api_key=${canaries.token.value.replaceAll(/[^\w-]/g, "")}\nCLIENT_SECRET="${base64(canaries.key)}"\n`;

let folder = "";
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "kustody-canary-"));
  for (const [name, text] of Object.entries(MANIFESTS)) {
    await writeFile(path.join(folder, name), text, { mode: 0o600 });
  }
  execFileSync("tar", ["-czf", "leaks.tgz", "values.yaml"], { cwd: folder });
  await makeHistory(path.join(folder, "history"));
});
after(() => rm(folder, { recursive: true, force: true }));

/** A repository that has the canaries in its one commit. */
async function makeHistory(repository: string): Promise<void> {
  execFileSync("git", ["init", "-q", repository]);
  for (const [name, text] of Object.entries(MANIFESTS)) await writeFile(path.join(repository, name), text);
  await writeFile(path.join(repository, "tokens.env"), TOKEN_LINES);
  execFileSync("git", ["-C", repository, "add", "-A"]);
  const who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
  execFileSync("git", ["-C", repository, ...who, "commit", "-q", "-m", "Bring them in"]);
}

interface Scenario {
  readonly args: readonly string[];
  readonly options?: RunOptions;
  /** What the run must have done, so that a command which failed early doesn't count as silent. */
  readonly code: number;
  readonly says: RegExp;
}

/** At least one for every command; `{}` stands for the folder with the canaries. */
const SCENARIOS: Readonly<Record<string, readonly Scenario[]>> = {
  check: [
    ...["text", "json", "sarif", "junit"].map((output) => ({
      args: ["check", "{}", "--output", output],
      code: 1,
      says: /SecretManifestHasValues/,
    })),
    {
      args: ["check", "-", "--fail-on", "low"],
      options: { stdin: Object.values(MANIFESTS).join("\n---\n") },
      code: 1,
      says: /SecretManifestHasValues/,
    },
    { args: ["check", "--cluster", "--kubeconfig", "{}/kubeconfig"], code: 2, says: /error: / },
    { args: ["check", "--cluster", "--kubeconfig", "{}/wrong-kubeconfig"], code: 2, says: /KST_KUBE_CONFIG/ },
  ],
  scan: [
    {
      args: ["scan", "dir", "{}", "--max-archive-depth", "2"],
      code: 1,
      says: /leaks\.tgz!values\.yaml:2: chart-values/,
    },
    {
      args: ["scan", "dir", "{}", "--timeout", "60", "-l", "trace", "--diagnostics", "cpu"],
      code: 1,
      says: /recorded/,
    },
    {
      args: ["scan", "dir", "{}", "--config", "{}/betterleaks.toml"],
      code: 1,
      says: /validate programs are never run/,
    },
    { args: ["scan", "dir", "{}", "--show"], code: 1, says: /characters\)/ },
    { args: ["scan", "detect", "--no-git", "-s", "{}"], code: 1, says: /kubernetes-secret-yaml/ },
    { args: ["scan", "dir", "{}", "--match-cluster", "--kubeconfig", "{}/kubeconfig"], code: 2, says: /error: / },
    ...["json", "csv", "junit", "sarif"].map((format) => ({
      args: ["scan", "dir", "{}", "--report-format", format],
      code: 1,
      says: /kubernetes-secret-yaml/,
    })),
    { args: ["scan", "dir", "{}", "-v", "--redact=0"], code: 1, says: /kubernetes-secret-yaml/ },
    { args: ["scan", "dir", "{}", "--report-path", "{}/leaks.json"], code: 1, says: /leaks found/ },
    { args: ["scan", "dir", "{}", "--baseline-path", "{}/broken.json"], code: 2, says: /KST_SCAN_REPORT/ },
    { args: ["scan", "dir", "{}", "--report-template", "{}/leaks.tmpl"], code: 1, says: /kubernetes-secret-yaml/ },
    { args: ["scan", "dir", "{}", "--report-template", "{}/broken.tmpl"], code: 2, says: /KST_TEMPLATE_FAILED/ },
    { args: ["scan", "dir", "{}", "--config", "{}/broken.toml"], code: 2, says: /KST_SCAN_CONFIG/ },
    { args: ["scan", "dir", "{}", "--config", "{}/rules.toml"], code: 1, says: /any-canary/ },
    { args: ["scan", "stdin"], options: { stdin: TOKEN_LINES }, code: 1, says: /generic-api-key/ },
    { args: ["scan", "git", "{}/history"], code: 1, says: /still at HEAD/ },
    { args: ["scan", "git", "{}/history", "-f", "json", "--unreachable"], code: 1, says: /"AtHead": true/ },
    { args: ["scan", "git", "{}"], code: 2, says: /KST_SCAN_GIT/ },
    { args: ["scan", "staged", "{}"], code: 2, says: /KST_SCAN_GIT/ },
  ],
  rules: [
    { args: ["rules", "list", "--config", "{}/rules.toml", "--output", "json"], code: 0, says: /any-canary/ },
    { args: ["rules", "show", "generic-api-key"], code: 0, says: /When it leaks/ },
    { args: ["rules", "test", "--config", "{}/rules.toml", "{}/secret.yaml"], code: 0, says: /any-canary/ },
    { args: ["rules", "test", "-"], options: { stdin: TOKEN_LINES }, code: 0, says: /generic-api-key/ },
    { args: ["rules", "test", "--config", "{}/broken.toml"], code: 2, says: /KST_SCAN_CONFIG/ },
  ],
  externalize: [
    {
      args: [...EXTERNALIZE, "{}/secret.yaml", "--namespace", "shop"],
      code: 0,
      says: /\[masked\][\s\S]*shop\/db {2}to be written/,
    },
    {
      args: [...EXTERNALIZE, "{}", "--namespace", "shop"],
      code: 1,
      says: /broken\.yaml.*a key stands twice|In the way/,
    },
    { args: [...EXTERNALIZE, "{}/secret.yaml"], code: 1, says: /--namespace/ },
    {
      args: [...EXTERNALIZE, "{}/history/moved.yaml", "--replacements", "{}/replacements"],
      code: 0,
      says: /Commits that brought the values in[\s\S]*git filter-repo --replace-text/,
    },
    { args: [...EXTERNALIZE, "{}/moved.yaml", "--apply"], code: 0, says: /changed .*moved\.yaml: 1 at the manager/ },
    {
      args: [
        "externalize",
        "{}/secret.yaml",
        "--store",
        "ClusterSecretStore/x",
        "--namespace",
        "a",
        "--kubeconfig",
        "{}/kubeconfig",
      ],
      code: 1,
      says: /In the way/,
    },
  ],
  config: [
    { args: ["config"], options: { env: { HTTPS_PROXY: "http://u:{proxy}@h" } }, code: 0, says: /failOn/ },
    { args: ["config"], options: { env: { KUSTODY_FAIL_ON: "{token}" } }, code: 2, says: /KST_CONFIG_INVALID/ },
  ],
  operator: [
    { args: ["operator", "--observe", "--once", "--kubeconfig", "{}/kubeconfig"], code: 2, says: /error: / },
    { args: ["operator", "--kubeconfig", "{}/wrong-kubeconfig"], code: 2, says: /KST_KUBE_CONFIG/ },
  ],
  sync: [
    { args: ["sync", "status", "--kubeconfig", "{}/kubeconfig"], code: 2, says: /error: / },
    { args: ["sync", "takeover", "--apply", "--kubeconfig", "{}/wrong-kubeconfig"], code: 2, says: /KST_KUBE_CONFIG/ },
  ],
  encryption: [
    { args: ["encryption", "status", "--snapshot", "{}/encryption.yaml"], code: 2, says: /KST_SNAPSHOT_UNREADABLE/ },
    { args: ["encryption", "status", "--kubeconfig", "{}/kubeconfig"], code: 2, says: /error: / },
    {
      args: [
        "encryption",
        "status",
        "--etcd",
        "127.0.0.1:1",
        "--cert",
        "{}/encryption.yaml",
        "--key",
        "{}/secret.yaml",
      ],
      code: 2,
      says: /KST_INPUT_UNREADABLE/,
    },
    { args: ["encryption", "init", "--file", "{}/encryption.yaml", "--dry-run"], code: 0, says: /\[secret\]/ },
    { args: ["encryption", "init", "--file", "{}/broken.yaml"], code: 2, says: /KST_MANIFEST_INVALID/ },
    { args: ["encryption", "rotate", "--file", "{}/encryption.yaml", "--wait", "0s"], code: 0, says: /still encrypts/ },
    {
      args: ["encryption", "rotate", "--key-file", "{}/broken.keys", "--recovery", "{}/copy"],
      code: 2,
      says: /KST_KEY_FILE/,
    },
    { args: ["encryption", "migrate", "--kubeconfig", "{}/wrong-kubeconfig"], code: 2, says: /KST_KUBE_CONFIG/ },
  ],
  kms: [
    { args: ["kms", "key", "init", "{}/new.keys", "--recovery", "{}/new.copy"], code: 0, says: /created local\./ },
    { args: ["kms", "key", "rotate", "{}/broken.keys", "--recovery", "{}/copy"], code: 2, says: /KST_KEY_FILE/ },
    {
      args: ["kms", "key", "init", "{}/p.keys", "--recovery", "{}/p.copy", "--passphrase-file", "{}/passphrase"],
      code: 0,
      says: /created local\./,
    },
    {
      args: ["kms", "serve", "--listen", "unix://{}/k.sock", "--key", "local://{}/broken.keys"],
      code: 2,
      says: /KST_KEY_FILE/,
    },
    { args: ["kms", "key", "list", "{}/new.keys"], code: 0, says: /^local\.[0-9a-f]{32} {2}active/ },
    { args: ["kms", "conform", "unix://{}/nobody.sock"], code: 2, says: /KST_KMS_SOCKET/ },
    { args: ["kms", "serve", "--listen", "unix://{}/k.sock", "--key", "hvs://x"], code: 2, says: /KST_KEY_URI/ },
  ],
  up: [{ args: ["up", "--kubeconfig", "{}/kubeconfig"], code: 2, says: /error: / }],
  down: [{ args: ["down", "--data-dir", "{}/nothing"], code: 2, says: /KST_LAB_NOT_RUNNING/ }],
};

function filled(text: string): string {
  return text
    .replaceAll("{}", folder)
    .replace("{proxy}", encodeURIComponent(canaries.proxy.value))
    .replace("{token}", canaries.token.value);
}

for (const { name } of COMMANDS) {
  test(`every command has a scenario with canaries: ${name}`, () => {
    assert.ok((SCENARIOS[name]?.length ?? 0) > 0, `add scenarios for 'kustody ${name}' to this file`);
  });
  for (const { args, options, code, says } of SCENARIOS[name] ?? []) {
    test(`no canary leaks from: kustody ${args.join(" ")}`, async () => {
      const env = Object.fromEntries(Object.entries(options?.env ?? {}).map(([key, value]) => [key, filled(value)]));
      const seen = await runKustody(args.map(filled), { cwd: folder, ...options, env });
      assert.match(seen.stdout + seen.stderr, says);
      assert.equal(seen.code, code, seen.stderr);
      for (const [where, text] of Object.entries(seen)) assert.deepEqual(leaksIn(String(text), all), [], where);
    });
  }
}

test("the search is proven by a leak on purpose: a value given as a path shows in the error and in /proc", async () => {
  const seen = await runKustody(["check", canaries.token.value], { cwd: folder });
  assert.equal(seen.code, 2);
  assert.notDeepEqual(leaksIn(seen.stderr, all), []);
  assert.notDeepEqual(leaksIn(seen.processes, all), []);
});
