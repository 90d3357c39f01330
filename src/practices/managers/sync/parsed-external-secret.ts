import { parseGoDurationMillis } from "../../../kernel/stores/value/go-duration.ts";
import { type ExternalSecretSpec, externalSecretSpec } from "../model/external-secret-spec.ts";
import type { ExternalSecret } from "../model/resources.ts";
import { DEFAULT_REFRESH_MILLIS } from "./due.ts";
import { type Wants, wantsOf } from "./wanted.ts";

/** An ExternalSecret's spec, understood. */
export interface ParsedExternalSecret {
  readonly spec: ExternalSecretSpec;
  readonly wants: Wants;
  readonly refreshMillis: number;
  readonly targetName: string;
  readonly creationPolicy: "Owner" | "Orphan" | "Merge" | "None" | "CreateOrMerge";
  readonly deletionPolicy: "Delete" | "Merge" | "Retain";
  readonly immutable: boolean;
}

const known = new WeakMap<ExternalSecret, ParsedExternalSecret>();

/** Parses once for each object that a watch brought. What doesn't fit is in `wants.mistakes`, and nothing is wanted then. */
export function parseExternalSecret(object: ExternalSecret): ParsedExternalSecret {
  let parsed = known.get(object);
  if (parsed === undefined) known.set(object, (parsed = parse(object)));
  return parsed;
}

const NO_SPEC = {} as ExternalSecret["spec"];

/**
 * The object with no more than the engine needs: its spec as it was parsed, and of its metadata what decides something.
 * Half the memory of what the API server sends, and with ten thousand objects that is most of the operator's.
 */
export function slimExternalSecret(object: ExternalSecret): ExternalSecret {
  const { name, namespace, uid, resourceVersion, generation, labels, annotations, finalizers, deletionTimestamp } =
    object.metadata;
  const metadata = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(generation === undefined ? {} : { generation }),
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(finalizers === undefined ? {} : { finalizers }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
  };
  const { apiVersion, kind, status } = object;
  const slim: ExternalSecret = {
    apiVersion,
    kind,
    metadata,
    spec: NO_SPEC,
    ...(status === undefined ? {} : { status }),
  };
  known.set(slim, parse(object));
  return slim;
}

function parse({ spec, metadata }: ExternalSecret): ParsedExternalSecret {
  const result = externalSecretSpec.safeParse(spec);
  if (!result.success) {
    const mistakes = result.error.issues.slice(0, 10).map(({ path, message }) => `spec.${path.join(".")}: ${message}`);
    return withDefaults({}, { wanted: [], unsupported: [], mistakes }, metadata.name);
  }
  return withDefaults(result.data, wantsOf(result.data), metadata.name);
}

function withDefaults(spec: ExternalSecretSpec, wants: Wants, name: string): ParsedExternalSecret {
  const { refreshMillis, mistake } = interval(spec.refreshInterval);
  return {
    spec,
    wants: mistake === undefined ? wants : { ...wants, mistakes: [...wants.mistakes, mistake] },
    refreshMillis,
    targetName: spec.target?.name || name,
    creationPolicy: spec.target?.creationPolicy ?? "Owner",
    deletionPolicy: spec.target?.deletionPolicy ?? "Retain",
    immutable: spec.target?.immutable === true,
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
