import type { FieldPath } from "../../../kernel/finding/field-path.ts";
import type { KubeObject } from "../../../kernel/kube/manifests/manifest.ts";
import { Secret } from "../../../kernel/secret/secret.ts";
import { valueShape } from "../../../kernel/secret/value-shape.ts";
import { asList, asRecord, asText, asTexts } from "../../../kernel/untyped.ts";
import { groupOf } from "../../../model/objects/identity.ts";
import { credentialFields, inField } from "./credential-fields.ts";
import type { FieldCredential } from "./field-credential.ts";

export function isKustomization(object: KubeObject): boolean {
  return (
    groupOf(object.apiVersion) === "kustomize.config.k8s.io" &&
    (object.kind === "Kustomization" || object.kind === "Component")
  );
}

/**
 * The values in a kustomization: every literal of a secretGenerator, and what is a credential elsewhere, such as in a
 * literal of a configMapGenerator or in a patch.
 */
export function* kustomizationValues(tree: unknown): Generator<FieldCredential> {
  const { secretGenerator, configMapGenerator, ...rest } = asRecord(tree);
  for (const [index, generator] of asList(secretGenerator).entries())
    yield* literals(generator, ["secretGenerator", index], (_, value, path) =>
      valueShape(value) === "value" ? [{ path, secret: Secret.fromText(value) }] : [],
    );
  for (const [index, generator] of asList(configMapGenerator).entries())
    yield* literals(generator, ["configMapGenerator", index], inField);
  yield* credentialFields(rest);
}

function* literals(
  generator: unknown,
  path: FieldPath,
  judge: (name: string, value: string, path: FieldPath) => Iterable<FieldCredential>,
): Generator<FieldCredential> {
  for (const [index, literal] of asTexts(asRecord(generator)["literals"]).entries()) {
    const cut = literal.indexOf("=");
    if (cut < 0) continue;
    const [, value = ""] = /^(["']?)([^]*)\1$/.exec(literal.slice(cut + 1))?.slice(1) ?? [];
    yield* judge(literal.slice(0, cut), value, [...path, "literals", index]);
  }
}

/** A file that a secretGenerator makes a Secret of: lines of variables, or one value as a whole. */
export interface GeneratorFile {
  readonly path: string;
  readonly is: "variables" | "value";
}

export function* secretFilesOf(tree: unknown): Generator<GeneratorFile> {
  for (const entry of asList(asRecord(tree)["secretGenerator"])) {
    const generator = asRecord(entry);
    const env = asText(generator["env"]);
    for (const path of [...(env === undefined ? [] : [env]), ...asTexts(generator["envs"])])
      yield { path, is: "variables" };
    for (const file of asTexts(generator["files"])) yield { path: file.slice(file.indexOf("=") + 1), is: "value" };
  }
}
