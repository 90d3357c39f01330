import assert from "node:assert/strict";
import { globSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { findingsOf } from "../../kernel/finding/scorecard.ts";
import { asList, asRecord } from "../../kernel/untyped.ts";
import { checkFiles } from "../check/check-files.ts";
import { CRD_FOLDER, crdFiles } from "./crd-files.ts";
import { type Helm, objectsIn, openHelm, renderChart } from "./testing/helm.ts";
import { rightsIn, rightsInReadme } from "./testing/rights.ts";

const NAMESPACED = { namespaced: true, namespaces: ["shop", "blog"] };
const TOKENS = { serviceAccountTokens: [{ namespace: "shop", name: "vault-reader" }] };
const OF_THE_CLUSTER = / (namespaces|clustersecretstores|clustersecretstores\/status|storepolicies) /;

let helm: Helm;
before(async () => {
  helm = await openHelm();
});
after(() => helm?.[Symbol.asyncDispose]());

test("the chart's definitions are those of the models: else run `node src/entrances/chart/write-crds.ts`", () => {
  assert.deepEqual(readdirSync(CRD_FOLDER).sort(), [...crdFiles().keys()].sort());
  for (const [name, text] of crdFiles()) assert.equal(readFileSync(join(CRD_FOLDER, name), "utf8"), text, name);
});

test("the chart is of the package's version", () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  const chart = readFileSync("deploy/chart/Chart.yaml", "utf8");
  assert.match(chart, new RegExp(`^version: ${version.replaceAll(".", "\\.")}$`, "m"));
  assert.match(chart, new RegExp(`^appVersion: ${version.replaceAll(".", "\\.")}$`, "m"));
});

test("the chart's rights are those in the practices' READMEs, in both directions", async () => {
  const readmes = globSync("src/practices/*/README.md");
  assert.ok(readmes.length > 5);
  const wanted = (await Promise.all(readmes.map(rightsInReadme))).flat().sort();
  assert.ok(wanted.length > 20);
  assert.deepEqual(rightsIn(await objectsIn(await renderChart(helm, TOKENS))), wanted);
  const namespaced = await objectsIn(await renderChart(helm, { ...NAMESPACED, ...TOKENS }));
  assert.deepEqual(
    rightsIn(namespaced),
    wanted.filter((right) => !OF_THE_CLUSTER.test(right)),
  );
  assert.deepEqual(
    namespaced.filter(({ kind }) => kind.startsWith("ClusterRole")),
    [],
  );
});

test("without named ServiceAccounts there is no right to make tokens; with them, for these alone", async () => {
  assert.ok(!rightsIn(await objectsIn(await renderChart(helm))).some((right) => right.includes("serviceaccounts")));
  const roles = (await objectsIn(await renderChart(helm, TOKENS))).filter(({ rules }) =>
    JSON.stringify(rules ?? "").includes("serviceaccounts/token"),
  );
  assert.deepEqual(
    roles.map(({ kind, metadata, rules }) => [kind, asRecord(metadata)["namespace"], rules]),
    [
      [
        "Role",
        "shop",
        [
          { apiGroups: [""], resources: ["serviceaccounts/token"], resourceNames: ["vault-reader"], verbs: ["create"] },
          { apiGroups: [""], resources: ["serviceaccounts"], resourceNames: ["vault-reader"], verbs: ["get"] },
        ],
      ],
    ],
  );
});

test("values that make no sense are refused", async () => {
  const wrong: Record<string, unknown>[] = [
    { namespaced: true },
    { namespaces: ["shop"] },
    { namespaced: true, namespaces: ["../kube-system"] },
    { serviceAccountTokens: [{ name: "any" }] },
    { replicas: -1 },
    { image: { repository: "" } },
    { unheardOf: 1 },
  ];
  for (const values of wrong)
    await assert.rejects(
      renderChart(helm, values),
      /values don't meet|additional|minItems|minLength|pattern|minimum|required|maxItems/i,
      JSON.stringify(values),
    );
});

test("the pods are as restricted as Kubernetes' strictest standard asks", async () => {
  for (const values of [{}, NAMESPACED]) {
    const deployments = (await objectsIn(await renderChart(helm, values))).filter(({ kind }) => kind === "Deployment");
    assert.equal(deployments.length, values === NAMESPACED ? 2 : 1);
    for (const deployment of deployments) {
      const pod = asRecord(asRecord(asRecord(deployment["spec"])["template"])["spec"]);
      const security = asRecord(pod["securityContext"]);
      assert.equal(security["runAsNonRoot"], true);
      assert.deepEqual(security["seccompProfile"], { type: "RuntimeDefault" });
      const [container] = asList(pod["containers"]).map(asRecord);
      assert.deepEqual(container?.["securityContext"], {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      assert.ok(asRecord(asRecord(container["resources"])["limits"])["memory"]);
      for (const field of ["hostNetwork", "hostPID", "hostIPC", "volumes"]) assert.equal(pod[field], undefined);
    }
  }
});

// A controller that writes Secrets can read them: RBAC has neither labels nor a right to write without reading back. So
// these findings are true, and the answer to them is namespaced mode, in the release's own namespace where it can be.
const REASONED: Record<string, { values: Record<string, unknown>; rules: string[] }> = {
  "for the whole cluster": {
    values: {},
    rules: ["access/RoleReadsEverySecret", "isolation/ServiceAccountReadsSecretsEverywhere"],
  },
  "for other namespaces": {
    values: { namespaced: true, namespaces: ["shop"] },
    rules: ["access/RoleReadsEverySecret", "isolation/ForeignServiceAccountReadsSecrets"],
  },
  "for its own namespace": {
    values: { namespaced: true, namespaces: ["kustody-system"] },
    rules: ["access/RoleReadsEverySecret"],
  },
};

for (const [what, { values, rules }] of Object.entries(REASONED)) {
  test(`Kustody's own checks find in the chart ${what} what is unavoidable, and nothing else`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "kustody-chart-"));
    try {
      await writeFile(join(folder, "chart.yaml"), await renderChart(helm, values));
      const scorecard = await checkFiles([folder], { base: folder });
      assert.deepEqual(scorecard.inputErrors, []);
      assert.deepEqual(
        findingsOf(scorecard)
          .map(({ rule }) => rule)
          .sort(),
        rules,
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}
