import type { z } from "zod";
import type { KubeObject } from "./object-meta.ts";

/** A kind of object as the API serves it. `N` says whether it lives in namespaces: `kube.namespaced` takes no others. */
export interface Resource<T extends KubeObject = KubeObject, N extends boolean = boolean> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: N;
  /** Checked at decode, for kinds whose server doesn't guarantee the shape that the code relies on. */
  readonly schema?: z.ZodType<T>;
}

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf(resource: Pick<Resource, "group" | "version">): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/** How messages name it: `secrets`, `deployments.apps`. */
export function resourceName(resource: Pick<Resource, "group" | "plural">): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

/** Describes a namespaced kind. */
export function namespacedResource<T extends KubeObject>(
  apiVersion: string,
  kind: string,
  plural: string,
  schema?: z.ZodType<T>,
): Resource<T, true> {
  return { ...describe(apiVersion, kind, plural), namespaced: true, ...(schema === undefined ? {} : { schema }) };
}

/** Describes a kind of the cluster. */
export function clusterResource<T extends KubeObject>(
  apiVersion: string,
  kind: string,
  plural: string,
  schema?: z.ZodType<T>,
): Resource<T, false> {
  return { ...describe(apiVersion, kind, plural), namespaced: false, ...(schema === undefined ? {} : { schema }) };
}

function describe(apiVersion: string, kind: string, plural: string) {
  const slash = apiVersion.indexOf("/");
  return { group: apiVersion.slice(0, Math.max(slash, 0)), version: apiVersion.slice(slash + 1), kind, plural };
}
