import type { FieldPath } from "../../../../kernel/finding/field-path.ts";
import { decodeText } from "../../../../kernel/kube/manifests/decode-text.ts";
import { Secret } from "../../../../kernel/secret/secret.ts";
import { valueShape } from "../../../../kernel/secret/value-shape.ts";
import { isRecord, type UntypedRecord } from "../../../../kernel/untyped.ts";
import { LineTable, type Position } from "../../../../kernel/yaml/line-table.ts";
import { readYamlDocument } from "../../../../kernel/yaml/read-document.ts";
import { splitDocuments } from "../../../../kernel/yaml/split-documents.ts";
import { credentialFields } from "../../fields/credential-fields.ts";
import { kustomizationValues, secretFilesOf } from "../../fields/kustomization.ts";
import { blankTemplate, HOLE } from "./blank-template.ts";
import { variablesIn } from "./environment-file.ts";
import { type FileKind, mayHoldValuesIn } from "./file-kind.ts";
import { type FileReference, isReference, type StructuralValue } from "./structural-value.ts";
import { literalOfAction, type TemplateAction } from "./template-actions.ts";
import { placed, positionsOf, valuesOfObject } from "./values-of-object.ts";

/** The values in the clear in a file's text, `\n` at its line ends, each field once. Pure; never throws. */
export function* valuesOfText(text: string, path: string, kind: FileKind): Generator<StructuralValue | FileReference> {
  if (kind === "variables") {
    yield* variablesIn(text, "named");
    return;
  }
  const seen = new Set<string>();
  for (const found of text.includes("{{") ? valuesOfTemplate(text, path, kind) : valuesOfYaml(text, path, kind)) {
    const name = isReference(found) ? found.path : `${found.line}:${found.field}`;
    if (!seen.has(name) && seen.add(name).size > 0) yield found;
  }
}

function* valuesOfYaml(text: string, path: string, kind: FileKind): Generator<StructuralValue | FileReference> {
  const lines = text.split("\n");
  if (kind === "kustomization" || kind === "chart values") {
    for (const { value, locate } of recordsIn(text)) {
      if (typeof value["kind"] === "string" && typeof value["apiVersion"] === "string") continue;
      const places = positionsOf(locate, lines);
      if (kind === "chart values") yield* placed("chart-values", credentialFields(value), places);
      else {
        yield* secretFilesOf(value);
        yield* placed("kustomization", kustomizationValues(value), places);
      }
    }
  }
  for (const event of decodeText(text, path, { named: false, wanted: mayHoldValuesIn }))
    if (event.type === "object") yield* valuesOfObject(event, lines);
}

interface LocatedRecord {
  readonly value: UntypedRecord;
  readonly locate: (path: FieldPath) => Position;
}

function* recordsIn(text: string): Generator<LocatedRecord> {
  const table = new LineTable(text);
  for (const { text: document, start } of splitDocuments(text)) {
    const reading = readYamlDocument(document);
    if (reading.ok && isRecord(reading.value))
      yield { value: reading.value, locate: (path) => table.at(start + reading.offsetOf(path)) };
  }
}

const HOLE_MARK = Secret.fromText(HOLE);

/** What is filled in is no value; a text that an action writes out, or falls back to, in a Secret is one. */
function* valuesOfTemplate(text: string, path: string, kind: FileKind): Generator<StructuralValue | FileReference> {
  for (const { text: blanked, actions } of blankTemplate(text)) {
    const byLine = actionsByLine(text, actions);
    for (const found of valuesOfYaml(blanked, path, kind)) {
      if (isReference(found)) {
        if (!found.path.includes(HOLE)) yield found;
      } else if (!found.secret.includes(HOLE_MARK))
        yield { ...found, field: found.field.replaceAll(/[\uE000-\uE2FF]+/g, "{{ }}") };
      else if (found.structure === "kubernetes-secret") {
        for (const { code } of byLine.get(found.line) ?? []) {
          const literal = literalOfAction(code);
          if (literal !== undefined && valueShape(literal) === "value")
            yield { ...found, secret: Secret.fromText(literal) };
        }
      }
    }
  }
}

function actionsByLine(
  text: string,
  actions: readonly TemplateAction[],
): ReadonlyMap<number, readonly TemplateAction[]> {
  const table = new LineTable(text);
  return Map.groupBy(actions, ({ start }) => table.at(start).line);
}
