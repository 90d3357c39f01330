import { interned } from "../../../kernel/kube/object/interned.ts";
import { parseGoDurationMillis } from "../../../kernel/stores/value/go-duration.ts";
import {
  type ExternalSecretSpec,
  type ExternalSecretStatus,
  externalSecretSpec,
} from "../model/external-secret-spec.ts";
import { syncedResourceVersionOf } from "../model/names.ts";
import type { ExternalSecret } from "../model/resources.ts";
import { DEFAULT_REFRESH_MILLIS } from "./due.ts";
import { type Wants, wantsOf } from "./wanted.ts";

/** An ExternalSecret's spec, understood. */
export interface ParsedExternalSecret {
  /** Empty where it doesn't fit the schema. */
  readonly spec: ExternalSecretSpec;
  /** What doesn't fit. */
  readonly mistakes: readonly string[];
  readonly fits: boolean;
  readonly refreshMillis: number;
  readonly targetName: string;
  readonly creationPolicy: "Owner" | "Orphan" | "Merge" | "None" | "CreateOrMerge";
  readonly deletionPolicy: "Delete" | "Merge" | "Retain";
  readonly immutable: boolean;
  /** `syncedResourceVersionOf` the object. */
  readonly version: string;
}

const known = new WeakMap<ExternalSecret, ParsedExternalSecret>();

/** Parses once for each object that a watch brought. */
export function parseExternalSecret(object: ExternalSecret): ParsedExternalSecret {
  let parsed = known.get(object);
  if (parsed === undefined) known.set(object, (parsed = parse(object)));
  return parsed;
}

/**
 * What the spec asks for; nothing where it has mistakes that leave that open. Made anew at each call, since a copy of each
 * spec in another shape would be a fifth of what ten thousand objects take.
 */
export function wantsOfParsed({ spec, mistakes, fits }: ParsedExternalSecret): Wants {
  if (!fits) return { wanted: [], unsupported: [], mistakes };
  const wants = wantsOf(spec);
  return mistakes.length === 0 ? wants : { ...wants, mistakes: [...wants.mistakes, ...mistakes] };
}

const NO_SPEC = {} as ExternalSecret["spec"];

/**
 * The object with no more than the engine needs: its spec as it was parsed, and of its metadata what decides something.
 * What has not changed since `before` is `before`'s, not a second copy: most changes are of our own status.
 */
export function slimExternalSecret(object: ExternalSecret, before?: ExternalSecret): ExternalSecret {
  const { name, namespace, uid, resourceVersion, generation, finalizers, deletionTimestamp } = object.metadata;
  const same = before !== undefined && hasSameContent(before.metadata, object.metadata) ? before : undefined;
  const { labels, annotations } = (same ?? object).metadata;
  const metadata = {
    name: same?.metadata.name ?? name,
    ...(namespace === undefined ? {} : { namespace: interned(namespace) }),
    ...(uid === undefined ? {} : { uid: same?.metadata.uid ?? uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(generation === undefined ? {} : { generation }),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(finalizers === undefined ? {} : { finalizers: finalizers.map(interned) }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  };
  const parsed = same === undefined ? parse(object) : parseExternalSecret(same);
  const { apiVersion, kind, status } = object;
  const slim: ExternalSecret = {
    apiVersion: interned(apiVersion),
    kind: interned(kind),
    metadata,
    spec: NO_SPEC,
    ...(status === undefined ? {} : { status: slimStatus(status, parsed) }),
  };
  known.set(slim, parsed);
  return slim;
}

/** The generation counts every change of the spec (both sets of CRDs have a status subresource), but none of metadata. */
function hasSameContent(a: ExternalSecret["metadata"], b: ExternalSecret["metadata"]): boolean {
  const sameSpec = a.uid === b.uid && a.generation === b.generation && a.generation !== undefined;
  return sameSpec && sameRecord(a.labels, b.labels) && sameRecord(a.annotations, b.annotations);
}

function sameRecord(a: Readonly<Record<string, string>> = {}, b: Readonly<Record<string, string>> = {}): boolean {
  const entries = Object.entries(a);
  return entries.length === Object.keys(b).length && entries.every(([key, value]) => b[key] === value);
}

function slimStatus(status: ExternalSecretStatus, { version, targetName }: ParsedExternalSecret): ExternalSecretStatus {
  const { conditions, syncedResourceVersion, binding } = status;
  return {
    ...status,
    ...(syncedResourceVersion === version ? { syncedResourceVersion: version } : {}),
    ...(binding?.name === targetName ? { binding: { ...binding, name: targetName } } : {}),
    ...(conditions === undefined
      ? {}
      : {
          conditions: conditions.map((condition) => ({
            ...condition,
            type: interned(condition.type),
            reason: interned(condition.reason),
            message: interned(condition.message),
          })),
        }),
  };
}

function parse({ spec, metadata }: ExternalSecret): ParsedExternalSecret {
  const result = externalSecretSpec.safeParse(spec);
  if (result.success) return withDefaults(result.data, metadata);
  const mistakes = result.error.issues.slice(0, 10).map(({ path, message }) => `spec.${path.join(".")}: ${message}`);
  return { ...withDefaults({}, metadata), mistakes, fits: false };
}

const NONE: readonly string[] = [];

function withDefaults(spec: ExternalSecretSpec, metadata: ExternalSecret["metadata"]): ParsedExternalSecret {
  const { refreshMillis, mistake } = interval(spec.refreshInterval);
  return {
    spec,
    mistakes: mistake === undefined ? NONE : [mistake],
    fits: true,
    refreshMillis,
    targetName: spec.target?.name || metadata.name,
    creationPolicy: spec.target?.creationPolicy ?? "Owner",
    deletionPolicy: spec.target?.deletionPolicy ?? "Retain",
    immutable: spec.target?.immutable === true,
    version: syncedResourceVersionOf(metadata),
  };
}

function interval(text: string | undefined): { refreshMillis: number; mistake?: string } {
  if (text === undefined) return { refreshMillis: DEFAULT_REFRESH_MILLIS };
  try {
    return { refreshMillis: parseGoDurationMillis(text) };
  } catch (error) {
    return { refreshMillis: 0, mistake: `spec.refreshInterval: ${(error as Error).message}` };
  }
}
