import { KustodyError } from "../../errors.ts";
import type { Kube } from "../kube.ts";
import { apiVersionOf, type Resource } from "../object/resource.ts";

export interface ServerVersion {
  /** `v1.36.3` */
  readonly gitVersion: string;
  readonly major: number;
  readonly minor: number;
}

/** What the API server says it is. Needs no rights. */
export async function serverVersion(kube: Kube, signal?: AbortSignal): Promise<ServerVersion> {
  const { body } = await kube.transport.request({ what: "get the version", path: "/version", signal });
  const { gitVersion, major, minor } = JSON.parse(body.toString("utf8")) as Record<string, unknown>;
  if (typeof gitVersion !== "string") throw new KustodyError("KST_KUBE_REPLY", "the API server names no version");
  // Some distributions append a plus: "28+".
  return { gitVersion, major: Number.parseInt(String(major), 10), minor: Number.parseInt(String(minor), 10) };
}

/** Whether the cluster has this kind in this version: for optional integrations, whose CRDs may not be installed. */
export async function servesResource(kube: Kube, resource: Resource, signal?: AbortSignal): Promise<boolean> {
  const path = resource.group === "" ? `/api/${resource.version}` : `/apis/${apiVersionOf(resource)}`;
  try {
    const { body } = await kube.transport.request({ what: `discover ${apiVersionOf(resource)}`, path, signal });
    const { resources } = JSON.parse(body.toString("utf8")) as { resources?: { name?: string }[] };
    return resources?.some(({ name }) => name === resource.plural) ?? false;
  } catch (error) {
    if (error instanceof KustodyError && error.code === "KST_KUBE_NOT_FOUND") return false;
    throw error;
  }
}
