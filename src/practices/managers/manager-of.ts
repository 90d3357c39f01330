import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { asList, asRecord, asText } from "../../kernel/untyped.ts";
import { annotationsOf, labelsOf, ownersOf } from "../../model/objects/identity.ts";
import type { Manager } from "./model.ts";

/** Types of Secrets that Kubernetes or a tool makes for itself. */
const BY_TYPE: Readonly<Record<string, string>> = {
  "kubernetes.io/service-account-token": "the token controller of Kubernetes",
  "bootstrap.kubernetes.io/token": "the bootstrap of nodes",
  "helm.sh/release.v1": "Helm (a release's own record)",
};

interface Mark {
  readonly key: string;
  /** Undefined: any value. */
  readonly value?: string;
  readonly manager: string;
}

const LABELS: readonly Mark[] = [
  { key: "reconcile.external-secrets.io/managed", value: "true", manager: "External Secrets Operator" },
  { key: "reconcile.external-secrets.io/created-by", manager: "External Secrets Operator" },
  { key: "app.kubernetes.io/managed-by", value: "kustody", manager: "Kustody" },
  { key: "app.kubernetes.io/managed-by", value: "hashicorp-vso", manager: "Vault Secrets Operator" },
  { key: "secrets.hashicorp.com/vso-ownerRefUID", manager: "Vault Secrets Operator" },
  { key: "secrets-store.csi.k8s.io/managed", value: "true", manager: "Secrets Store CSI driver" },
  { key: "controller.cert-manager.io/fao", value: "true", manager: "cert-manager" },
];

const ANNOTATIONS: readonly Mark[] = [
  { key: "cert-manager.io/certificate-name", manager: "cert-manager" },
  { key: "sealedsecrets.bitnami.com/managed", value: "true", manager: "Sealed Secrets" },
  { key: "reflector.v1.k8s.emberstack.com/reflects", manager: "Reflector" },
  { key: "operator.1password.io/item-path", manager: "1Password operator" },
];

/** Field managers, as server-side apply and updates record them in `metadata.managedFields`. */
const FIELD_MANAGERS: readonly { readonly pattern: RegExp; readonly manager: string }[] = [
  {
    pattern: /^(?:external-secrets|externalsecrets\.external-secrets\.io)(?:$|[/.-])/,
    manager: "External Secrets Operator",
  },
  { pattern: /^(?:hashicorp-vso|vault-secrets-operator)(?:$|[/-])/, manager: "Vault Secrets Operator" },
  { pattern: /^cert-manager(?:$|[/-])/, manager: "cert-manager" },
  { pattern: /^sealed-secrets(?:$|[/-])/, manager: "Sealed Secrets" },
  { pattern: /^secrets-store(?:-csi-driver)?(?:$|[/-])/, manager: "Secrets Store CSI driver" },
  { pattern: /^kustody(?:$|[/-])/, manager: "Kustody" },
];

/** Who manages the Secret `object`, from its type and metadata alone; the surest mark first. */
export function managerOf(object: KubeObject, type: string): Manager | undefined {
  const byType = BY_TYPE[type];
  if (byType !== undefined) return { name: byType, known: `type ${type}` };
  const owner = ownersOf(object).find(({ kind }) => kind !== "");
  if (owner !== undefined) {
    return { name: `${owner.kind} ${owner.name}`, known: `owner reference to ${owner.apiVersion} ${owner.kind}` };
  }
  return (
    byMark(labelsOf(object), LABELS, "label") ??
    byMark(annotationsOf(object), ANNOTATIONS, "annotation") ??
    byFields(object)
  );
}

function byMark(marks: Readonly<Record<string, unknown>>, known: readonly Mark[], what: string): Manager | undefined {
  const mark = known.find(
    ({ key, value }) => marks[key] !== undefined && (value === undefined || marks[key] === value),
  );
  return mark === undefined ? undefined : { name: mark.manager, known: `${what} ${mark.key}` };
}

/** Only a manager that owns the data counts; one that only set a label does not. */
function byFields(object: KubeObject): Manager | undefined {
  for (const entry of asList(asRecord(object.metadata)["managedFields"])) {
    const { manager, fieldsV1 } = asRecord(entry);
    const name = asText(manager);
    if (name === undefined || asRecord(fieldsV1)["f:data"] === undefined) continue;
    const match = FIELD_MANAGERS.find(({ pattern }) => pattern.test(name));
    if (match !== undefined) return { name: match.manager, known: `field manager ${name}` };
  }
  return undefined;
}

/** What deployed the Secret without managing its value. */
export function deployerOf(object: KubeObject): string | undefined {
  const labels = labelsOf(object);
  const managedBy = asText(labels["app.kubernetes.io/managed-by"]) ?? asText(labels["heritage"]);
  if (managedBy !== undefined) return managedBy;
  const annotations = annotationsOf(object);
  if (annotations["argocd.argoproj.io/tracking-id"] !== undefined) return "Argo CD";
  if (labels["kustomize.toolkit.fluxcd.io/name"] !== undefined) return "Flux";
  if (annotations["kubectl.kubernetes.io/last-applied-configuration"] !== undefined) return "kubectl apply";
  const first = asList(asRecord(object.metadata)["managedFields"]).map((entry) =>
    asText(asRecord(entry)["manager"]),
  )[0];
  return first;
}
