import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeText } from "../../../kernel/kube/manifests/decode-text.ts";
import { Secret } from "../../../kernel/secret/secret.ts";
import { editYaml, showYaml } from "../../../kernel/yaml/edit-yaml.ts";
import { writeYaml } from "../../../kernel/yaml/write-yaml.ts";
import { encryptionConfigurationsOf } from "../encryption-configuration.ts";
import type { EncryptionConfiguration } from "../model.ts";
import { planStaticRotation, staticKeyName } from "../rotate/plan-static-rotation.ts";
import { apiServerInstructions, DISTRIBUTIONS, distributionOf } from "./api-server-flags.ts";
import { EMPTY_CONFIGURATION, planProvider, type Step, type WantedProvider } from "./plan-provider.ts";
import { staticPod, systemdUnit } from "./plugin-files.ts";

const OURS = "unix:///run/kustody/kms.sock";
const key = (name: string): string => `{name: ${name}, secret: ${Buffer.alloc(32, name).toString("base64")}}`;
const file = (...entries: string[]): string =>
  `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n${entries.map((entry) => `- ${entry}\n`).join("")}`;
const secrets = (providers: string): string => `{resources: [secrets], providers: [${providers}]}`;

function parsed(text: string): EncryptionConfiguration {
  for (const event of decodeText(text, "config.yaml", { named: true })) {
    const found = event.type === "object" ? encryptionConfigurationsOf(event.object)?.[0] : undefined;
    if (found !== undefined) return found;
  }
  throw new TypeError("no configuration");
}

/** The providers of the deciding entry after one step, as `kind:name`. */
function after(
  text: string,
  wanted: Partial<WantedProvider> = {},
): { providers: string[]; text: string; step: string } {
  const plan = planProvider(parsed(text), {
    name: "kustody",
    endpoint: OURS,
    resources: ["secrets"],
    singleServer: false,
    ...wanted,
  });
  const next = editYaml(Secret.fromText(text), plan.edits, "config.yaml").unwrap().toString();
  const providers = parsed(next).deciding?.providers ?? [];
  const named = providers.map(({ kind, name, keys }) =>
    [kind, name ?? keys.map((one) => one.name).join("+")].join(":"),
  );
  return { providers: named, text: next, step: plan.step };
}

test("ours comes in step by step, and what was there stays for reading until the last one", () => {
  const theirs = `{kms: {apiVersion: v2, name: theirs, endpoint: "unix:///run/theirs.sock"}}`;
  const ours = `{kms: {apiVersion: v2, name: kustody, endpoint: "${OURS}"}}`;
  const cases: [string, string, Partial<WantedProvider>, string, string[]][] = [
    ["nothing, several servers", EMPTY_CONFIGURATION, {}, "read", ["identity:", "kms:kustody"]],
    ["nothing, one server", EMPTY_CONFIGURATION, { singleServer: true }, "write", ["kms:kustody", "identity:"]],
    [
      "another plugin",
      file(secrets(`${theirs}, {identity: {}}`)),
      {},
      "read",
      ["kms:theirs", "kms:kustody", "identity:"],
    ],
    [
      "read before",
      file(secrets(`${theirs}, ${ours}, {identity: {}}`)),
      {},
      "write",
      ["kms:kustody", "kms:theirs", "identity:"],
    ],
    [
      "written before",
      file(secrets(`${ours}, ${theirs}, {identity: {}}`)),
      {},
      "done",
      ["kms:kustody", "kms:theirs", "identity:"],
    ],
    [
      "the last step",
      file(secrets(`${ours}, ${theirs}, {secretbox: {keys: [${key("a")}]}}, {identity: {}}`)),
      { step: "only" },
      "only",
      ["kms:kustody", "identity:"],
    ],
    [
      "a static key",
      file(secrets(`{aescbc: {keys: [${key("a")}, ${key("b")}]}}`)),
      { singleServer: true },
      "write",
      ["kms:kustody", "aescbc:a+b"],
    ],
    [
      "other resources first",
      file("{resources: [configmaps], providers: [{identity: {}}]}", secrets("{identity: {}}")),
      {},
      "read",
      ["identity:", "kms:kustody"],
    ],
    [
      "only other resources",
      file('{resources: ["*.apps"], providers: [{identity: {}}]}'),
      { singleServer: true },
      "write",
      ["kms:kustody", "identity:"],
    ],
  ];
  for (const [what, text, wanted, step, providers] of cases) {
    const result = after(text, wanted);
    assert.deepEqual([result.step, result.providers], [step, providers], what);
  }
});

test("keys and comments stay as they were, and are not shown", () => {
  const secret = Buffer.alloc(32, "k").toString("base64");
  const text = `# kept\n${file(secrets(`{aescbc: {keys: [{name: k, secret: ${secret}}]}}`))}# was: ${secret}\n`;
  const next = after(text).text;
  assert.ok(next.startsWith("# kept\n") && next.includes(secret));
  const shown = showYaml(Secret.fromText(next), ["secret"], "config.yaml");
  assert.ok(!shown.includes(secret) && shown.includes("[secret]"));
});

test("a cachesize with which the API server refuses the file goes away", () => {
  const text = file(
    secrets(`{kms: {apiVersion: v2, name: theirs, cachesize: 9, endpoint: "unix:///run/theirs.sock"}}`),
  );
  assert.ok(!after(text).text.includes("cachesize"));
});

test("another plugin's name is not taken over, nor one that etcd could not hold, and nothing is removed too early", () => {
  const theirs = file(secrets(`{kms: {apiVersion: v2, name: kustody, endpoint: "unix:///run/theirs.sock"}}`));
  assert.throws(() => after(theirs), { code: "KST_ENCRYPTION_CONFIG", message: /name of another provider/ });
  assert.throws(() => after(EMPTY_CONFIGURATION, { name: "a:b" }), { code: "KST_ENCRYPTION_CONFIG" });
  const only: { step: Step } = { step: "only" };
  assert.throws(() => after(EMPTY_CONFIGURATION, only), { code: "KST_ENCRYPTION_CONFIG" });
  assert.throws(() => after(file(secrets("{identity: {}}")), only), { code: "KST_ENCRYPTION_CONFIG" });
});

test("a file that is no YAML or no EncryptionConfiguration is refused without its text", () => {
  const secret = "canary-not-real";
  for (const text of [`a: [${secret}`, `a: 1\n---\nb: ${secret}\n`]) {
    const edits = [{ op: "insert", path: ["resources"], index: 0, value: 1 }] as const;
    assert.throws(
      () => editYaml(Secret.fromText(text), edits, "config.yaml"),
      (error: Error) => error.message.includes("config.yaml") && !error.message.includes(secret),
    );
  }
  const edits = [{ op: "insert", path: ["resources"], index: 0, value: 1 }] as const;
  assert.throws(() => editYaml(Secret.fromText("resources: text"), edits, "c"), { code: "KST_MANIFEST_INVALID" });
});

test("a static key is rotated in two phases; old keys go only in the third", () => {
  const fresh = (millis: number) => ({ name: staticKeyName(millis), secret: Secret.fromBytes(Buffer.alloc(32, 1)) });
  let text = file(secrets(`{secretbox: {keys: [${key("old")}]}}, {identity: {}}`));
  const names = (): string[] => (parsed(text).deciding?.providers[0]?.keys ?? []).map(({ name }) => name);
  const go = (millis: number, step: Parameters<typeof planStaticRotation>[2]): void => {
    const plan = planStaticRotation(parsed(text), fresh(millis), step);
    text = editYaml(Secret.fromText(text), plan.edits, "config.yaml").unwrap().toString();
  };
  const [first, second] = [staticKeyName(Date.UTC(2026, 0, 1)), staticKeyName(Date.UTC(2026, 5, 1))];
  assert.throws(() => go(0, "activate"), { code: "KST_ENCRYPTION_CONFIG", message: /no key of secretbox is staged/ });
  go(Date.UTC(2026, 0, 1), "stage");
  assert.deepEqual(names(), ["old", first]);
  go(Date.UTC(2026, 0, 2), "stage");
  assert.deepEqual(names(), ["old", first], "one that is staged already stays the one");
  go(0, "activate");
  assert.deepEqual(names(), [first, "old"]);
  assert.throws(() => go(0, "activate"), { code: "KST_ENCRYPTION_CONFIG" });
  go(Date.UTC(2026, 5, 1), "stage");
  go(0, "activate");
  assert.deepEqual(names(), [second, first, "old"]);
  go(0, "remove");
  assert.deepEqual(names(), [second]);
  const kms = file(secrets(`{kms: {apiVersion: v2, name: a, endpoint: "${OURS}"}}`));
  assert.throws(() => planStaticRotation(parsed(kms), fresh(0), "stage"), { code: "KST_ENCRYPTION_CONFIG" });
});

test("what runs the plugin needs nothing of the cluster that it protects", () => {
  const setup = {
    endpoint: OURS,
    key: "local:///etc/kustody/kms.keys",
    image: "i:1",
    program: "/opt/my tools/kustody",
  };
  const pod = writeYaml(staticPod(setup));
  for (const needed of ["hostNetwork: true", "automountServiceAccountToken: false", "dnsPolicy: Default"])
    assert.ok(pod.includes(needed));
  for (const wrong of ["configMap", "secretKeyRef", "secret:", "serviceAccountName", "persistentVolumeClaim"])
    assert.ok(!pod.includes(wrong));
  assert.match(pod, /path: \/etc\/kustody\n/);
  const unit = systemdUnit({ ...setup, key: "aws-kms://alias/a%20b?region=$x" });
  assert.match(
    unit,
    /^ExecStart="\/opt\/my tools\/kustody" kms serve --listen unix:\/\/\/run\/kustody\/kms.sock --key aws-kms:\/\/alias\/a%%20b\?region=\$\$x$/m,
  );
  assert.match(unit, /^RuntimeDirectory=kustody$/m);
  assert.match(unit, /^Before=kubelet\.service/m);
});

test("each distribution is told both flags and the folders; managed ones what to use instead", () => {
  for (const distribution of DISTRIBUTIONS) {
    const text = apiServerInstructions(distribution, "/etc/kubernetes/encryption/config.yaml", OURS);
    assert.ok(text.includes("encryption-provider-config=/etc/kubernetes/encryption/config.yaml"), distribution);
    assert.ok(text.includes("encryption-provider-config-automatic-reload=true"), distribution);
  }
  for (const managed of ["eks", "gke", "aks"])
    assert.throws(() => distributionOf(managed), { code: "KST_ENCRYPTION_CONFIG" });
  assert.throws(() => distributionOf("constructor"), { code: "KST_USAGE" });
});
