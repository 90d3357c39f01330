import type { KubeObject } from "../../../kernel/kube/manifests/manifest.ts";
import { asList, asRecord, asText } from "../../../kernel/untyped.ts";
import { containersOf, podTemplateOf } from "../../../model/workloads/pod-template.ts";
import { WORKLOAD_KINDS } from "../../../model/workloads/workload-kinds.ts";
import { inField } from "./credential-fields.ts";
import type { FieldCredential } from "./field-credential.ts";

/** The credentials that are written into a workload's variables; undefined where there is no pod template. */
export function workloadVariables(object: KubeObject): Iterable<FieldCredential> | undefined {
  const template = podTemplateOf(object, WORKLOAD_KINDS);
  return template && variablesOf(template);
}

function* variablesOf(template: NonNullable<ReturnType<typeof podTemplateOf>>): Generator<FieldCredential> {
  for (const container of containersOf(template)) {
    for (const [index, entry] of asList(container.spec["env"]).entries()) {
      const { name, value } = asRecord(entry);
      const text = asText(value);
      if (text !== undefined) yield* inField(asText(name) ?? "", text, [...container.path, "env", index, "value"]);
    }
  }
}
