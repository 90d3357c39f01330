import { type EnsuredCrds, ensureCrds } from "../../../kernel/kube/crd/ensure-crds.ts";
import { connectKube, type Kube } from "../../../kernel/kube/index.ts";
import { CustomResourceDefinitions } from "../../../kernel/kube/object/resources.ts";
import { type ControlPlane, type ControlPlaneOptions, startControlPlane, upstreamCrds } from "../../../lab/index.ts";
import { MANAGER_CRDS } from "../crds.ts";
import { installMinimalCrds } from "./minimal-crds.ts";

/**
 * With whose CRDs a cluster is: ours alone, External Secrets Operator's with ours for what it does not have, or some that
 * let everything through, as a hostile or a newer schema might.
 */
export type CrdSet = "kustody" | "upstream" | "anything";
/** Those that clusters have: everything must hold under both. */
export const CRD_SETS = ["kustody", "upstream"] as const satisfies readonly CrdSet[];

export interface PlaneWithCrds extends AsyncDisposable {
  readonly plane: ControlPlane;
  readonly kube: Kube;
  readonly ensured: EnsuredCrds;
  stop(): Promise<void>;
}

/**
 * A control plane with one of the sets installed and served.
 *
 * @example
 * for (const set of CRD_SETS) {
 *   test(`an ExternalSecret is synced with the CRDs of ${set}`, async () => {
 *     await using cluster = await startWithCrds(set);
 *   });
 * }
 */
export async function startWithCrds(set: CrdSet, options: ControlPlaneOptions = {}): Promise<PlaneWithCrds> {
  const plane = await startControlPlane(options);
  const kube = await connectKube({ env: {}, kubeconfig: plane.kubeconfig });
  const stop = async (): Promise<void> => {
    await kube.close();
    await plane.stop();
  };
  try {
    const ensured = await installCrds(kube, set);
    return { plane, kube, ensured, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Installs a set into a cluster that runs already. */
export async function installCrds(kube: Kube, set: CrdSet): Promise<EnsuredCrds> {
  if (set === "anything") await installMinimalCrds(kube);
  if (set === "upstream") {
    const api = kube.cluster(CustomResourceDefinitions);
    for (const crd of await upstreamCrds()) await api.create(crd);
  }
  return await ensureCrds(kube, MANAGER_CRDS);
}
