import { setTimeout as sleep } from "node:timers/promises";
import { KustodyError } from "../../errors.ts";
import { asList, asRecord } from "../../untyped.ts";
import type { Kube } from "../kube.ts";
import { type AnyObject, CustomResourceDefinitions } from "../object/resources.ts";
import type { Crd } from "./custom-resource.ts";

export interface EnsuredCrds {
  /** Names of those that were not there. */
  readonly installed: readonly string[];
  /** Names of those that were, from whomever: they are as they were. */
  readonly present: readonly string[];
}

const DEFAULT_MILLIS = 30_000;

/**
 * Installs each CustomResourceDefinition whose name is free, and waits until all of them are served. What is there
 * already is never changed, whoever made it and whatever versions it has; upgrading is for whoever installed it.
 *
 * Errors: KST_CRD_UNSUITED when one that is there does not serve the version that we speak, or does not become
 * established in time; what the API server says otherwise. Two that call it at once both succeed.
 */
export async function ensureCrds(
  kube: Kube,
  crds: readonly Crd[],
  options: { readonly signal?: AbortSignal; readonly millis?: number } = {},
): Promise<EnsuredCrds> {
  const api = kube.cluster(CustomResourceDefinitions);
  const ending = options.signal === undefined ? {} : { signal: options.signal };
  const installed: string[] = [];
  const present: string[] = [];
  for (const crd of crds) {
    const { name } = crd.metadata;
    if ((await api.find(name, ending)) === undefined && (await created(crd))) installed.push(name);
    else present.push(name);
  }
  const until = kube.clock.now() + (options.millis ?? DEFAULT_MILLIS);
  for (const crd of crds) await established(crd);
  return { installed, present };

  async function created(crd: Crd): Promise<boolean> {
    try {
      await api.create(crd, { fieldManager: "kustody", ...ending });
      return true;
    } catch (error) {
      if (error instanceof KustodyError && error.code === "KST_KUBE_EXISTS") return false;
      throw error;
    }
  }

  async function established(wanted: Crd): Promise<void> {
    const { name } = wanted.metadata;
    for (;;) {
      const found = await api.get(name, ending);
      refuseOtherVersions(found, wanted);
      if (isEstablished(found)) return;
      if (kube.clock.now() >= until) {
        throw new KustodyError("KST_CRD_UNSUITED", `the CustomResourceDefinition ${name} does not become established`, {
          hint: `look at its conditions: kubectl describe crd ${name}`,
          retry: "backoff",
        });
      }
      await sleep(50, undefined, ending);
    }
  }
}

/** Pure. Whether the API server serves its kinds: names accepted, and handlers in place. */
export function isEstablished(crd: AnyObject): boolean {
  const conditions = asList(asRecord(crd["status"])["conditions"]).map(asRecord);
  return conditions.some(({ type, status }) => type === "Established" && status === "True");
}

function refuseOtherVersions(found: AnyObject, wanted: Crd): void {
  const served = asList(asRecord(found["spec"])["versions"])
    .map(asRecord)
    .filter((version) => version["served"] === true)
    .map((version) => String(version["name"]));
  const missing = wanted.spec.versions.find(({ name }) => !served.includes(name));
  if (missing === undefined) return;
  const { name } = wanted.metadata;
  throw new KustodyError("KST_CRD_UNSUITED", `${name} is installed without version ${missing.name}, which is needed`, {
    hint: `it serves ${served.join(", ") || "none"}; upgrade whatever installed it, nothing was changed`,
  });
}
