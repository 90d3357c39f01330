import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { asList, asRecord } from "../../kernel/untyped.ts";
import { literalCredential } from "../../model/credentials/literal-credential.ts";
import { containersOf, type PodTemplate, podTemplateOf } from "../../model/workloads/pod-template.ts";
import { type SecretUse, secretUsesOf } from "../../model/workloads/secret-uses.ts";
import { isMadeByWorkload } from "../../model/workloads/workload-kinds.ts";
import type { World } from "../../model/world/world.ts";
import type { LiteralVariable } from "./model.ts";

/** Each place where a workload names a Secret; nothing for what another workload made from its template. */
export function workloadSecretUses(object: KubeObject, world: World): Iterable<SecretUse> | undefined {
  const template = ownTemplateOf(object, world);
  return template === undefined ? undefined : secretUsesOf(template);
}

/** Each variable with a literal value. */
export function literalVariables(object: KubeObject, world: World): Iterable<LiteralVariable> | undefined {
  const template = ownTemplateOf(object, world);
  return template === undefined ? undefined : literalsOf(template);
}

function ownTemplateOf(object: KubeObject, world: World): PodTemplate | undefined {
  const template = podTemplateOf(object, world.workloadKinds);
  return template === undefined || isMadeByWorkload(object, world.workloadKinds) ? undefined : template;
}

function* literalsOf(template: PodTemplate): Generator<LiteralVariable> {
  for (const container of containersOf(template)) {
    for (const [index, entry] of asList(container.spec["env"]).entries()) {
      const { name, value } = asRecord(entry);
      if (typeof name !== "string" || typeof value !== "string") continue;
      const path = [...container.path, "env", index, "value"];
      yield { template, container, name, sign: literalCredential(name, value), path };
    }
  }
}
