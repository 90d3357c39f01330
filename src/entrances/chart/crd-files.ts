import type { Crd } from "../../kernel/kube/crd/custom-resource.ts";
import { writeYaml } from "../../kernel/yaml/write-yaml.ts";
import { MANAGER_CRDS } from "../../practices/managers/crds.ts";

/** Where the chart keeps the definitions that its template installs. */
export const CRD_FOLDER = "deploy/chart/crds-of-kustody";

const CRDS: readonly Crd[] = MANAGER_CRDS;

/** Pure. The text of every file in `CRD_FOLDER`, by its name. */
export function crdFiles(): ReadonlyMap<string, string> {
  return new Map(
    CRDS.map((crd) => [
      `${crd.metadata.name}.yaml`,
      `# Made from the models by \`node src/entrances/chart/write-crds.ts\`.\n${writeYaml(crd)}`,
    ]),
  );
}
