import type { Secret } from "../../../../kernel/secret/secret.ts";
import type { Structure } from "../rule.ts";

/** A value in the clear that a file's structure tells. */
export interface StructuralValue {
  readonly structure: Structure;
  /** As people read it, such as `stringData.password`. */
  readonly field: string;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  readonly secret: Secret;
}

/** A file beside the scanned one that a kustomization makes a Secret of; `path` is from there, as it is written. */
export interface FileReference {
  readonly path: string;
  readonly is: "variables" | "value";
}

export function isReference(found: StructuralValue | FileReference): found is FileReference {
  return "path" in found;
}
