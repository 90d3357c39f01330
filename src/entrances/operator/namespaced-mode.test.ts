import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fixedCredentials } from "../../kernel/kube/auth/credentials.ts";
import { ClusterRoleBindings, createKube, type Kube, requestToken, ServiceAccounts } from "../../kernel/kube/index.ts";
import { fake, OperatorRig, wants } from "./testing/operator-rig.ts";

const USER = "system:serviceaccount:mine:operator";
let rig: OperatorRig;
let folder: string;
let audit: string;
let operatorKube: Kube;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kustody-audit-"));
  audit = join(folder, "audit.log");
  const policy = join(folder, "policy.json");
  const rules = [{ level: "Metadata", omitStages: ["RequestReceived"], users: [USER] }, { level: "None" }];
  await writeFile(policy, JSON.stringify({ apiVersion: "audit.k8s.io/v1", kind: "Policy", rules }));
  const apiServer = [`--audit-log-path=${audit}`, "--audit-log-mode=blocking"];
  rig = await OperatorRig.start({ plane: { audit: { policy }, extraArgs: { "kube-apiserver": apiServer } } });
  await rig.namespace("mine");
  await rig.kube.namespaced(ServiceAccounts, "mine").create({ metadata: { name: "operator" } });
  // It may do everything, so that nothing but its own restraint keeps it in its namespace.
  await rig.kube.cluster(ClusterRoleBindings).create({
    metadata: { name: "operator" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ kind: "ServiceAccount", namespace: "mine", name: "operator" }],
  });
  const { token } = await requestToken(rig.kube, { namespace: "mine", serviceAccount: "operator", audiences: [] });
  operatorKube = createKube({
    server: rig.plane.server,
    tls: { ca: { pem: await readFile(rig.plane.caFile, "utf8"), trust: "only" } },
    namespace: "mine",
    context: undefined,
    credentials: fixedCredentials({ token }),
  });
  const election = { namespace: "mine", name: "kustody-operator" };
  await rig.operator({ kube: operatorKube, namespace: "mine", election });
});
after(async () => {
  await rig?.[Symbol.asyncDispose]();
  await operatorKube?.close();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly objectRef?: { readonly resource?: string; readonly namespace?: string };
}

test("in namespaced mode every request names the namespace: nothing is listed or watched across the cluster", async () => {
  await rig.secretStore("mine", "fake", fake({ k: "v" }));
  await rig.externalSecret("mine", "one", wants("fake", { k: "k" }, { target: { deletionPolicy: "Delete" } }));
  await rig.ready("mine", "one");
  await rig.storeReady("mine", "fake");
  const reference = { secretStoreRef: { kind: "ClusterSecretStore", name: "any" } };
  await rig.externalSecret("mine", "of-cluster", wants("any", { k: "k" }, reference));
  await rig.ready("mine", "of-cluster", { status: "False", message: /there is no such store/ });
  const lines = (await readFile(audit, "utf8")).trim().split("\n");
  const events = lines.map((line) => JSON.parse(line) as AuditEvent);
  const seen = new Set(events.map(({ verb, objectRef }) => `${verb} ${objectRef?.resource ?? ""}`));
  for (const expected of ["list externalsecrets", "watch secrets", "list secretstores", "create secrets"]) {
    assert.ok(seen.has(expected), [...seen].join(", "));
  }
  const elsewhere = events.filter(({ objectRef }) => objectRef?.namespace !== "mine");
  assert.deepEqual(
    elsewhere.map(({ verb, requestURI }) => `${verb} ${requestURI}`),
    [],
  );
});
