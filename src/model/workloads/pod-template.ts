import type { FieldPath } from "../../kernel/finding/field-path.ts";
import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { asList, asRecord, isRecord, type UntypedRecord } from "../../kernel/untyped.ts";
import { type WorkloadKind, workloadKindOf } from "./workload-kinds.ts";

/** A pod's specification inside some workload, and the path to it. */
export interface PodTemplate {
  readonly workload: KubeObject;
  readonly spec: UntypedRecord;
  readonly path: FieldPath;
}

/** The three lists of a pod's containers, in the order in which a pod runs them; ephemeral ones come while it runs. */
export const CONTAINER_LISTS = ["initContainers", "containers", "ephemeralContainers"] as const;
export type ContainerList = (typeof CONTAINER_LISTS)[number];

export interface Container {
  readonly list: ContainerList;
  readonly name: string;
  readonly spec: UntypedRecord;
  readonly path: FieldPath;
}

/** The pod template of `object`, where its kind has one. */
export function podTemplateOf(object: KubeObject, kinds: readonly WorkloadKind[]): PodTemplate | undefined {
  const kind = workloadKindOf(object, kinds);
  if (kind === undefined) return undefined;
  const path = [...kind.template, "spec"];
  let value: unknown = object;
  for (const step of path) value = asRecord(value)[step];
  return isRecord(value) ? { workload: object, spec: value, path } : undefined;
}

export function* containersOf(template: PodTemplate): Generator<Container> {
  for (const list of CONTAINER_LISTS) {
    for (const [index, value] of asList(template.spec[list]).entries()) {
      const spec = asRecord(value);
      const name = typeof spec["name"] === "string" ? spec["name"] : `#${index + 1}`;
      yield { list, name, spec, path: [...template.path, list, index] };
    }
  }
}
