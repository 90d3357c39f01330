import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import type { World } from "../../model/world/world.ts";
import { chartValuesOf } from "./fields/chart-values.ts";
import type { FieldCredential } from "./fields/field-credential.ts";
import { isKustomization, kustomizationValues } from "./fields/kustomization.ts";
import { secretTemplateValues } from "./fields/secret-template.ts";
import type { SettingsManifest } from "./model.ts";

type Subjects = (object: KubeObject, world: World) => readonly SettingsManifest[] | undefined;

/** An object from a file as the subject of a check, where its kind has such fields. */
function subjects(fieldsOf: (object: KubeObject) => Iterable<FieldCredential> | undefined): Subjects {
  return (object, { source }) => {
    const fields = source === "files" ? fieldsOf(object) : undefined;
    return fields && [{ object, clear: [...fields] }];
  };
}

export const chartValueSubjects: Subjects = subjects(chartValuesOf);
export const secretTemplateSubjects: Subjects = subjects(secretTemplateValues);
export const kustomizationSubjects: Subjects = subjects((object) =>
  isKustomization(object) ? kustomizationValues(object) : undefined,
);
