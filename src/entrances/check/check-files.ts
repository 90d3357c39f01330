import { CATALOG } from "../../catalog.ts";
import type { Scorecard } from "../../kernel/finding/scorecard.ts";
import type { KubeObject, ManifestEvent } from "../../kernel/kube/manifests/manifest.ts";
import { type ManifestOptions, openManifests } from "../../kernel/kube/manifests/read-manifests.ts";
import type { WorkloadKind } from "../../model/workloads/workload-kinds.ts";
import { buildWorld, textMayConcernWorld } from "../../model/world/world.ts";
import { assess } from "./assess.ts";

export interface CheckFilesOptions extends ManifestOptions {
  readonly workloadKinds?: readonly WorkloadKind[];
}

/**
 * The scorecard of manifests in files, folders and standard input (`-`). Two passes: the first reads only documents that
 * the world's index may need, the second streams all of them through the checks.
 * Errors: KST_INPUT_UNREADABLE for a named path that cannot be opened; whatever else is unreadable is in `inputErrors`.
 *
 * @example
 * const scorecard = await checkFiles(["deploy"], { base: process.cwd() });
 */
export async function checkFiles(paths: readonly string[], options: CheckFilesOptions): Promise<Scorecard> {
  const source = await openManifests(paths, options);
  const world = buildWorld(objectsOf(source.read(textMayConcernWorld)), {
    source: "files",
    ...(options.workloadKinds === undefined ? {} : { workloadKinds: options.workloadKinds }),
  });
  return assess({ stations: CATALOG, world, subjects: source.read() });
}

function* objectsOf(events: Iterable<ManifestEvent>): Generator<KubeObject> {
  for (const event of events) if (event.type === "object") yield event.object;
}
