import { type Crd, customResourceDefinition, type PrinterColumn } from "../../kernel/kube/crd/custom-resource.ts";
import { externalSecretSpec, externalSecretStatus } from "./model/external-secret-spec.ts";
import { secretStoreSpec, secretStoreStatus } from "./model/secret-store-spec.ts";
import { storePolicySpec } from "./model/store-policy-spec.ts";

const READY = '.status.conditions[?(@.type=="Ready")]';

// Names, columns, label and selectable fields are upstream's: scripts, dashboards and Argo CD know them.
const ESO = {
  group: "external-secrets.io",
  version: "v1",
  categories: ["external-secrets"],
  labels: { "external-secrets.io/component": "controller" },
} as const;

const EXTERNAL_SECRET_COLUMNS: readonly PrinterColumn[] = [
  { name: "StoreType", type: "string", jsonPath: ".spec.secretStoreRef.kind" },
  { name: "Store", type: "string", jsonPath: ".spec.secretStoreRef.name" },
  { name: "Refresh Interval", type: "string", jsonPath: ".spec.refreshInterval" },
  { name: "Status", type: "string", jsonPath: `${READY}.reason` },
  { name: "Ready", type: "string", jsonPath: `${READY}.status` },
  { name: "Last Sync", type: "date", jsonPath: ".status.refreshTime" },
];

const STORE = {
  ...ESO,
  columns: [
    { name: "AGE", type: "date", jsonPath: ".metadata.creationTimestamp" },
    { name: "Status", type: "string", jsonPath: `${READY}.reason` },
    { name: "Capabilities", type: "string", jsonPath: ".status.capabilities" },
    { name: "Ready", type: "string", jsonPath: `${READY}.status` },
  ],
  spec: secretStoreSpec,
  status: secretStoreStatus,
} as const;

/** The kinds that practice 2 works with, as Kustody installs them where nobody else has. */
export const MANAGER_CRDS: readonly Crd[] = [
  customResourceDefinition({
    ...ESO,
    kind: "ExternalSecret",
    plural: "externalsecrets",
    shortNames: ["es"],
    namespaced: true,
    description: "Values of an external manager that are kept in a Secret of this namespace.",
    columns: EXTERNAL_SECRET_COLUMNS,
    selectableFields: [
      ".spec.secretStoreRef.name",
      ".spec.secretStoreRef.kind",
      ".spec.target.name",
      ".spec.refreshInterval",
    ],
    spec: externalSecretSpec,
    status: externalSecretStatus,
  }),
  customResourceDefinition({
    ...STORE,
    kind: "SecretStore",
    plural: "secretstores",
    shortNames: ["ss"],
    namespaced: true,
    description: "An external manager of secrets, for ExternalSecrets of this namespace.",
  }),
  customResourceDefinition({
    ...STORE,
    kind: "ClusterSecretStore",
    plural: "clustersecretstores",
    shortNames: ["css"],
    namespaced: false,
    description: "An external manager of secrets, for ExternalSecrets of every namespace that its conditions admit.",
  }),
  customResourceDefinition({
    group: "kustody.dev",
    version: "v1alpha1",
    kind: "StorePolicy",
    plural: "storepolicies",
    categories: ["kustody"],
    namespaced: false,
    description: "Which namespaces may read which keys of which stores. A store that no policy names stays open.",
    columns: [{ name: "AGE", type: "date", jsonPath: ".metadata.creationTimestamp" }],
    spec: storePolicySpec,
  }),
];
