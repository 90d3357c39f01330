import { type FieldPath, formatFieldPath } from "../../../../kernel/finding/field-path.ts";
import type { KubeObject, Manifest } from "../../../../kernel/kube/manifests/manifest.ts";
import { isWrapped } from "../../../../kernel/kube/manifests/wrap-secrets.ts";
import { asRecord } from "../../../../kernel/untyped.ts";
import type { Position } from "../../../../kernel/yaml/line-table.ts";
import { chartValuesOf } from "../../fields/chart-values.ts";
import { configMapValues } from "../../fields/config-map.ts";
import type { FieldCredential } from "../../fields/field-credential.ts";
import { isKustomization, kustomizationValues, secretFilesOf } from "../../fields/kustomization.ts";
import { secretTemplateValues } from "../../fields/secret-template.ts";
import { workloadVariables } from "../../fields/workload-variables.ts";
import { clearValuesOf } from "../../secret-manifest.ts";
import type { Structure } from "../rule.ts";
import type { FileReference, StructuralValue } from "./structural-value.ts";

/** The values in the clear in one object, whatever its kind. Pure. */
export function* valuesOfObject(
  { object, locate }: Pick<Manifest, "object" | "locate">,
  lines: readonly string[],
): Generator<StructuralValue | FileReference> {
  if (object.kind === "Secret" && object.apiVersion === "v1") {
    yield* placed("kubernetes-secret", secretValues(object), positionsOf(locate, lines));
    return;
  }
  if (isKustomization(object)) yield* secretFilesOf(object);
  const found = credentialsOf(object);
  if (found !== undefined) yield* placed(...found, positionsOf(locate, lines));
}

function credentialsOf(object: KubeObject): [Structure, Iterable<FieldCredential>] | undefined {
  if (object.kind === "ConfigMap" && object.apiVersion === "v1") return ["config-map", configMapValues(object)];
  if (isKustomization(object)) return ["kustomization", kustomizationValues(object)];
  const chart = chartValuesOf(object);
  if (chart !== undefined) return ["chart-values", chart];
  const template = secretTemplateValues(object);
  if (template !== undefined) return ["kubernetes-secret", template];
  const variables = workloadVariables(object);
  return variables && ["workload-variable", variables];
}

function* secretValues(object: KubeObject): Generator<FieldCredential> {
  for (const { section, key } of clearValuesOf(object)) {
    const members = object[section];
    const value = key === "" ? members : asRecord(members)[key];
    if (isWrapped(value)) yield { path: key === "" ? [section] : [section, key], secret: value.secret };
  }
}

/** Where a field stands, or a line of its text. */
export type Places = (path: FieldPath, textLine: number | undefined) => Position;

/** A line inside a block scalar is below its field; of a text that is written in one line all stands there. */
export function positionsOf(
  locate: (path: FieldPath) => Position | { readonly line?: number; readonly column?: number },
  lines: readonly string[],
): Places {
  return (path, textLine) => {
    const { line = 1, column = 1 } = locate(path);
    const isBlock = textLine !== undefined && /[|>][+-]?\d?[+-]?\s*(?:#.*)?$/.test((lines[line - 1] ?? "").slice(-200));
    return isBlock ? { line: line + textLine, column: 1 } : { line, column };
  };
}

/** Fields' credentials with their places. */
export function* placed(
  structure: Structure,
  found: Iterable<FieldCredential>,
  places: Places,
): Generator<StructuralValue> {
  for (const { path, secret, textLine } of found)
    yield { structure, field: formatFieldPath(path), secret, ...places(path, textLine) };
}
