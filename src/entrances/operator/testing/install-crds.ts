import { ensureCrds } from "../../../kernel/kube/crd/ensure-crds.ts";
import { CustomResourceDefinitions, type Kube } from "../../../kernel/kube/index.ts";
import { upstreamCrds } from "../../../lab/index.ts";
import { MANAGER_CRDS } from "../../../practices/managers/crds.ts";
import { installMinimalCrds } from "./minimal-crds.ts";

/** Ours, External Secrets Operator's own (with our StorePolicy beside them), or some that let everything through. */
export type CrdSet = "ours" | "upstream" | "anything";

export async function installCrds(kube: Kube, set: CrdSet): Promise<void> {
  if (set === "anything") return await installMinimalCrds(kube);
  if (set === "upstream") {
    for (const crd of await upstreamCrds()) await kube.cluster(CustomResourceDefinitions).create(crd);
  }
  await ensureCrds(kube, MANAGER_CRDS);
}
