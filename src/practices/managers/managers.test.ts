import assert from "node:assert/strict";
import { test } from "node:test";
import { findingsIn } from "../../model/world/findings-in.ts";
import { managers } from "./index.ts";

const secret = (metadata: string, type = "Opaque"): string =>
  `apiVersion: v1\nkind: Secret\ntype: ${type}\nmetadata:\n  name: db\n  namespace: shop\n${metadata}`;

test("SecretUnmanaged: a Secret without any sign of a manager is found", () => {
  const findings = findingsIn(managers, secret(""), "cluster");
  assert.equal(findings.length, 1);
  assert.equal(findings[0]?.rule, "managers/SecretUnmanaged");
  assert.equal(findings[0]?.severity, "medium");
  assert.match(findings[0]?.fix ?? "", /kind: ExternalSecret/);
});

test("SecretUnmanaged: what Helm deployed from a chart is less bad, and says so", () => {
  const [finding] = findingsIn(managers, secret("  labels: {app.kubernetes.io/managed-by: Helm}\n"), "cluster");
  assert.equal(finding?.severity, "low");
  assert.equal(finding?.evidence?.["deployedBy"], "Helm");
});

const stillUnmanaged: Record<string, string> = {
  "a label with another value": "  labels: {reconcile.external-secrets.io/managed: 'false'}\n",
  "a manager that owns only a label":
    "  managedFields:\n  - manager: external-secrets\n    fieldsV1: {'f:metadata': {'f:labels': {}}}\n",
  "a field manager with a similar name": "  managedFields:\n  - manager: kustodyx\n    fieldsV1: {'f:data': {}}\n",
  kubectl: "  managedFields:\n  - manager: kubectl-create\n    fieldsV1: {'f:data': {}}\n",
};
for (const [name, metadata] of Object.entries(stillUnmanaged)) {
  test(`SecretUnmanaged: ${name} makes no manager`, () => {
    assert.equal(findingsIn(managers, secret(metadata), "cluster").length, 1);
  });
}

const managed: Record<string, string> = {
  "an owner reference": secret(
    "  ownerReferences: [{apiVersion: external-secrets.io/v1, kind: ExternalSecret, name: db}]\n",
  ),
  "External Secrets Operator's label": secret("  labels: {reconcile.external-secrets.io/managed: 'true'}\n"),
  "Vault Secrets Operator's label": secret("  labels: {app.kubernetes.io/managed-by: hashicorp-vso}\n"),
  "the CSI driver's label": secret("  labels: {secrets-store.csi.k8s.io/managed: 'true'}\n"),
  "cert-manager's annotation": secret("  annotations: {cert-manager.io/certificate-name: web}\n", "kubernetes.io/tls"),
  "Sealed Secrets' annotation": secret("  annotations: {sealedsecrets.bitnami.com/managed: 'true'}\n"),
  "Kustody's label": secret("  labels: {app.kubernetes.io/managed-by: kustody}\n"),
  "a field manager that owns the data": secret(
    "  managedFields:\n  - manager: external-secrets\n    fieldsV1: {'f:data': {'f:password': {}}}\n",
  ),
  "a service-account token": secret("", "kubernetes.io/service-account-token"),
  "a bootstrap token": secret("", "bootstrap.kubernetes.io/token"),
  "a Helm release": secret("", "helm.sh/release.v1"),
};
for (const [name, text] of Object.entries(managed)) {
  test(`SecretUnmanaged: ${name} shows a manager`, () => {
    assert.deepEqual(findingsIn(managers, text, "cluster"), []);
  });
}

test("Secrets in files are not this practice's", () => {
  assert.deepEqual(findingsIn(managers, secret("")), []);
});

const templated = (template: string, more = "", kind = "ExternalSecret"): string =>
  `apiVersion: external-secrets.io/v1\nkind: ${kind}\nmetadata: {name: db, namespace: shop}\nspec:\n${more}  target:\n    template: ${template}\n`;

const volatile: Record<string, [manifest: string, fields: string, functions: string]> = {
  "chance in data": [
    templated(`{data: {a: "{{ randAlphaNum 16 }}", b: "{{ .v }}", c: "{{ if .v }}{{ htpasswd .u .v }}{{ end }}"}}`),
    'spec.target.template.data["a"], spec.target.template.data["c"]',
    "htpasswd, randAlphaNum",
  ],
  "time in an annotation": [
    templated(`{metadata: {annotations: {at: "{{ now | unixEpoch }}"}}}`),
    'spec.target.template.metadata.annotations["at"]',
    "now",
  ],
  "a literal": [
    templated(`{templateFrom: [{configMap: {name: x, items: []}}, {literal: "k: {{ uuidv4 }}"}]}`),
    "spec.target.template.templateFrom[1].literal",
    "uuidv4",
  ],
  "a ClusterExternalSecret": [
    "apiVersion: external-secrets.io/v1\nkind: ClusterExternalSecret\nmetadata: {name: db}\nspec: {externalSecretSpec: {target: {template: {data: {a: '{{ genPrivateKey \"rsa\" }}'}}}}}\n",
    'spec.externalSecretSpec.target.template.data["a"]',
    "genPrivateKey",
  ],
  "a PushSecret": [
    "apiVersion: external-secrets.io/v1alpha1\nkind: PushSecret\nmetadata: {name: db, namespace: shop}\nspec: {template: {data: {a: '{{ bcrypt .v }}'}}}\n",
    'spec.template.data["a"]',
    "bcrypt",
  ],
};
for (const [name, [manifest, fields, functions]] of Object.entries(volatile)) {
  test(`TemplateChangesByItself: ${name} is found`, () => {
    const [finding, ...more] = findingsIn(managers, manifest);
    assert.equal(finding?.rule, "managers/TemplateChangesByItself");
    assert.deepEqual([finding.evidence, more], [{ fields, functions }, []]);
  });
}

const steady: Record<string, string> = {
  "a template of values alone": templated(`{data: {a: "{{ .now | upper }} now", b: '{{ "randInt" }}'}}`),
  "one that is rendered once": templated(`{data: {a: "{{ randAlphaNum 16 }}"}}`, "  refreshPolicy: CreatedOnce\n"),
  "one with an interval of zero": templated(`{data: {a: "{{ randAlphaNum 16 }}"}}`, "  refreshInterval: 0s\n"),
  "one that cannot be read": templated(`{data: {a: "{{ now"}}`),
  "no template": templated("{}"),
  "another kind": templated(`{data: {a: "{{ now }}"}}`, "", "Deployment"),
};
for (const [name, manifest] of Object.entries(steady)) {
  test(`TemplateChangesByItself: ${name} passes`, () => {
    assert.deepEqual(findingsIn(managers, manifest), []);
  });
}
