import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { test } from "node:test";
import { CATALOG } from "../../catalog.ts";
import { PRACTICES } from "../../kernel/finding/finding.ts";
import { renderJson } from "../../kernel/finding/render-json.ts";
import { renderText } from "../../kernel/finding/render-text.ts";
import { findingsOf } from "../../kernel/finding/scorecard.ts";
import { checkCluster } from "./check-cluster.ts";
import { checkFiles } from "./check-files.ts";

const SEED = join(import.meta.dirname, "../../../examples/seed");
const QUICKSTART = join(import.meta.dirname, "../../../examples/quickstart");

const stdin = async (text: string): ReturnType<typeof checkFiles> =>
  await checkFiles(["-"], { base: "/", stdin: Readable.from([Buffer.from(text)]) });

test("the catalog holds the eight practices in their order", () => {
  assert.deepEqual(
    CATALOG.map(({ practice }) => practice),
    Object.keys(PRACTICES),
  );
});

test("the seed's snippets have the findings that its README explains", async () => {
  const scorecard = await checkFiles([SEED], { base: SEED });
  assert.deepEqual(
    findingsOf(scorecard).map(({ rule, subject }) => `${rule} ${subject.location?.file}:${subject.location?.line}`),
    [
      "git/SecretManifestHasValues secret.yaml:7",
      "encryption/KmsLacksApiVersion encryption-configuration.yaml:8",
      "encryption/SocketInTmp encryption-configuration.yaml:10",
      "access/RoleReadsEverySecret role.yaml:7",
    ],
  );
  assert.deepEqual(scorecard.inputErrors, []);
});

test("the seed's README shows what is really printed", async () => {
  const root = join(SEED, "../..");
  const scorecard = await checkFiles([join(root, "examples/seed")], { base: root });
  const readme = readFileSync(join(SEED, "README.md"), "utf8");
  assert.ok(readme.includes(`\n$ kustody check examples/seed\n${renderText(scorecard, { color: false })}\`\`\`\n`));
});

test("the quickstart's good namespace has no findings, and its bad one has those that it is made for", async () => {
  const findings = findingsOf(await checkFiles([QUICKSTART], { base: QUICKSTART }));
  assert.deepEqual(
    findings.filter(({ subject }) => subject.location?.file.startsWith("good/")),
    [],
  );
  assert.deepEqual([...new Set(findings.map(({ rule }) => rule))].sort(), [
    "access/RoleReadsEverySecret",
    "git/SecretManifestHasValues",
    "isolation/ForeignServiceAccountReadsSecrets",
    "isolation/NamespaceLacksDefaultDenyEgress",
    "isolation/NamespaceLacksDefaultDenyIngress",
    "mounts/CredentialInConfigMap",
    "mounts/SecretInEnvFrom",
    "mounts/SecretInEnvironment",
  ]);
});

test("a practice without checks, or without anything to look at, is not assessed and never passed", async () => {
  const { practices } = await stdin("apiVersion: v1\nkind: Service\nmetadata: {name: a}\n");
  assert.deepEqual(
    practices.map(({ state }) => state),
    Array.from({ length: 8 }, () => "not assessed"),
  );
  assert.ok(practices.every(({ reason }) => reason !== undefined));
});

test("remarks alone do not fail a practice", async () => {
  const { practices } = await stdin("apiVersion: v1\nkind: Namespace\nmetadata: {name: kube-system}\n");
  const isolation = practices.find(({ practice }) => practice === "isolation");
  assert.equal(isolation?.state, "passed");
  assert.equal(isolation.findings.length, 2);
});

test("the same fact is told once", async () => {
  const pod =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, envFrom: [{secretRef: {name: s}}]}]}\n";
  assert.equal(findingsOf(await stdin(`${pod}---\n${pod}`)).length, 1);
});

test("objects of one file that have no name of their own are told apart", async () => {
  const job = `apiVersion: batch/v1
kind: Job
metadata: {generateName: import-}
spec: {template: {spec: {containers: [{name: a, envFrom: [{secretRef: {name: db}}]}]}}}
`;
  const findings = findingsOf(await stdin(`${job}---\n${job}`));
  assert.deepEqual(
    findings.map(({ subject }) => subject.location?.line),
    [4, 9],
  );
});

test("the order of files does not change the scorecard", async () => {
  const names = ["secret.yaml", "role.yaml", "pod.yaml", "encryption-configuration.yaml"].map((name) =>
    join(SEED, name),
  );
  const forward = await checkFiles(names, { base: SEED });
  const backward = await checkFiles(names.toReversed(), { base: SEED });
  assert.equal(renderJson(forward), renderJson(backward));
});

test("a binding in one file reaches a role in another, whichever is read first", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kustody-check-"));
  try {
    writeFileSync(
      join(folder, "a.yaml"),
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\nrules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]\n",
    );
    writeFileSync(
      join(folder, "b.json"),
      JSON.stringify({
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        metadata: { name: "b" },
        roleRef: { kind: "ClusterRole", name: "r" },
        subjects: [{ kind: "ServiceAccount", name: "s", namespace: "n" }],
      }),
    );
    const rules = findingsOf(await checkFiles([folder], { base: folder })).map(
      ({ rule, severity }) => `${rule} ${severity}`,
    );
    assert.deepEqual(rules, [
      "access/RoleReadsEverySecret high",
      "isolation/ServiceAccountReadsSecretsEverywhere high",
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a cluster's Secrets need metadata and type alone, and values that come along are wrapped", async () => {
  const canary = "canary-c1d2-not-real";
  const scorecard = await checkCluster({
    world: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } }],
    subjects: [
      {
        apiVersion: "v1",
        kind: "Secret",
        type: "Opaque",
        metadata: { name: "db", namespace: "shop" },
        data: { a: canary },
      },
      {
        apiVersion: "v1",
        kind: "Secret",
        type: "kubernetes.io/service-account-token",
        metadata: { name: "t", namespace: "shop" },
      },
    ],
  });
  assert.deepEqual(
    findingsOf(scorecard).map(({ rule }) => rule),
    [
      "managers/SecretUnmanaged",
      "isolation/NamespaceLacksDefaultDenyIngress",
      "isolation/NamespaceLacksDefaultDenyEgress",
    ],
  );
  assert.equal(scorecard.objects, 3);
  assert.ok(!renderJson(scorecard).includes(canary));
});

test("every rule has its heading in docs/practices, and every heading its rule", () => {
  const headings = CATALOG.filter(({ parts }) => parts.length > 0).flatMap(({ practice }) => {
    const page = readFileSync(
      join(import.meta.dirname, `../../../docs/practices/${PRACTICES[practice].number}-${practice}.md`),
      "utf8",
    );
    return [...page.matchAll(/^## ([A-Z][A-Za-z0-9]+)$/gm)].map(([, name]) => `${practice}/${name}`);
  });
  const rules = CATALOG.flatMap(({ parts }) => parts.flatMap((part) => part.rules.map(({ rule }) => rule)));
  assert.ok(rules.length > 20);
  assert.deepEqual(headings.toSorted(), rules.toSorted());
});

test("every rule's page tells its severity", () => {
  for (const { practice, parts } of CATALOG) {
    if (parts.length === 0) continue;
    const page = readFileSync(
      join(import.meta.dirname, `../../../docs/practices/${PRACTICES[practice].number}-${practice}.md`),
      "utf8",
    );
    for (const { rule, severity } of parts.flatMap((part) => part.rules)) {
      const name = rule.slice(rule.indexOf("/") + 1);
      assert.ok(page.includes(`## ${name}\n\nSeverity: ${severity}`), `${rule} is documented as ${severity}`);
    }
  }
});

test("an empty standard input is no clean input: what should have written into it may have failed", async () => {
  for (const text of ["", " \n"]) {
    const { inputErrors, objects } = await stdin(text);
    assert.equal(objects, 0);
    assert.deepEqual(inputErrors, [{ location: { file: "<stdin>" }, reason: "there is nothing in it" }]);
  }
});
