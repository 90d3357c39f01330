import type { OwnerReference } from "../../../kernel/kube/object/object-meta.ts";
import type { Target } from "../model/external-secret-spec.ts";
import {
  CREATED_BY_LABEL,
  createdByOf,
  DATA_HASH_ANNOTATION,
  MANAGED_LABEL,
  PRIVILEGED_SECRET_TYPES,
} from "../model/names.ts";
import type { ObservedTarget } from "./observed-target.ts";
import type { FailedStep } from "./outcome.ts";

/** What the target should be. Values are known by their HMAC here; the writer has them. */
export interface DesiredTarget {
  readonly labels: Readonly<Record<string, string>>;
  /** With the data-hash annotation, which covers the keys of others too. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Undefined: whatever it is. */
  readonly type?: string | undefined;
  readonly immutable: boolean;
  /** Also of keys that others wrote and that are left as they are. */
  readonly prints: Readonly<Record<string, string>>;
}

export interface TargetFacts {
  readonly creationPolicy: NonNullable<Target["creationPolicy"]>;
  /** The ExternalSecret, as owner. */
  readonly owner: OwnerReference;
  readonly desired: DesiredTarget;
  readonly observed: ObservedTarget | undefined;
  /** Whether labels or annotations that it once was to have are still there. */
  readonly hasStaleMarks: boolean;
}

/** What is to be done to the target. */
export type TargetChange =
  | { readonly kind: "none" }
  | { readonly kind: "create"; readonly owners: readonly OwnerReference[] }
  | {
      readonly kind: "update";
      readonly resourceVersion: string;
      readonly owners: readonly OwnerReference[];
      /** Keys that are there and not desired, to be removed. */
      readonly extraKeys: readonly string[];
    }
  | { readonly kind: "missing" }
  | { readonly kind: "refuse"; readonly step: FailedStep; readonly cause: string };

/**
 * Pure. Upstream's creation policies: Owner and Orphan create and update, CreateOrMerge likewise without owning, Merge only
 * updates, None does nothing. Nothing is done when what is there already has all that is desired.
 */
export function planTarget({ creationPolicy, owner, desired, observed, hasStaleMarks }: TargetFacts): TargetChange {
  if (creationPolicy === "None") return { kind: "none" };
  if (observed !== undefined && PRIVILEGED_SECRET_TYPES.has(observed.type)) {
    return { kind: "refuse", step: "update", cause: `a Secret of type ${observed.type} is not written to` };
  }
  if (desired.type !== undefined && PRIVILEGED_SECRET_TYPES.has(desired.type)) {
    return { kind: "refuse", step: "update", cause: `a Secret of type ${desired.type} is not made` };
  }
  const owns = creationPolicy === "Owner";
  if (observed === undefined) {
    return creationPolicy === "Merge" ? { kind: "missing" } : { kind: "create", owners: owns ? [owner] : [] };
  }
  const controller = observed.owners.find(({ controller }) => controller === true);
  const mine = controller !== undefined && isSame(controller, owner);
  if (controller !== undefined && !mine) {
    if (controller.kind === "ExternalSecret") return { kind: "refuse", step: "owned", cause: controller.name };
    if (owns)
      return { kind: "refuse", step: "own", cause: `it is controlled by ${controller.kind} ${controller.name}` };
  }
  if (desired.type !== undefined && desired.type !== observed.type) {
    const cause = `it is of type ${observed.type}, the template wants ${desired.type}, and no Secret's type can change: delete it, or name another target`;
    return { kind: "refuse", step: "update", cause };
  }
  const others = observed.owners.filter((one) => !isSame(one, owner));
  const owners = owns ? [...others, owner] : others;
  const dataChanged = Object.entries(desired.prints).some(([key, print]) => observed.prints[key] !== print);
  const extraKeys = Object.keys(observed.prints).filter((key) => !(key in desired.prints));
  const ownersChanged = owns ? controller?.uid !== owner.uid : mine;
  const metadataChanged = ownersChanged || hasStaleMarks || !includes(observed, desired);
  if (!dataChanged && !metadataChanged && extraKeys.length === 0) return { kind: "none" };
  if (observed.immutable && (dataChanged || extraKeys.length > 0)) {
    return { kind: "refuse", step: "immutable", cause: "its data differs from the store's" };
  }
  return { kind: "update", resourceVersion: observed.resourceVersion, owners, extraKeys };
}

/** The version of the API may change over time, and a recreated ExternalSecret takes its target over by name. */
function isSame(a: OwnerReference, b: OwnerReference): boolean {
  return a.kind === b.kind && a.name === b.name && groupOf(a) === groupOf(b);
}

const groupOf = ({ apiVersion }: OwnerReference): string => apiVersion.split("/")[0] ?? "";

function includes(observed: ObservedTarget, desired: DesiredTarget): boolean {
  const has = (there: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean =>
    Object.entries(wanted).every(([key, value]) => there[key] === value);
  return (
    has(observed.labels, desired.labels) &&
    has(observed.annotations, desired.annotations) &&
    (!desired.immutable || observed.immutable)
  );
}

/** Annotations that belong to the ExternalSecret itself: on a copy they would make kubectl and Argo CD think it theirs. */
export const NOT_COPIED: ReadonlySet<string> = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  "argocd.argoproj.io/tracking-id",
  "external-secrets.io/force-sync",
]);

/** Labels and annotations. */
export interface Metadata {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/**
 * Pure. The labels and annotations of a target: those that its template gave, or the ExternalSecret's own where it has no
 * template, and those that mark it.
 */
export function targetMetadata(
  externalSecret: Metadata & { readonly namespace: string; readonly name: string },
  templated: Metadata | undefined,
  creationPolicy: TargetFacts["creationPolicy"],
  dataHash: string,
): Pick<DesiredTarget, "labels" | "annotations"> {
  const { namespace, name } = externalSecret;
  const copied = Object.entries(externalSecret.annotations ?? {}).filter(([key]) => !NOT_COPIED.has(key));
  const { labels, annotations } = templated ?? { ...externalSecret, annotations: Object.fromEntries(copied) };
  return {
    labels: {
      ...labels,
      [MANAGED_LABEL]: "true",
      ...(creationPolicy === "Owner" ? { [CREATED_BY_LABEL]: createdByOf(namespace, name) } : {}),
    },
    annotations: { ...annotations, [DATA_HASH_ANNOTATION]: dataHash },
  };
}
