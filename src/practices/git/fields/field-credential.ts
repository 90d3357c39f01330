import type { FieldPath } from "../../../kernel/finding/field-path.ts";
import type { Secret } from "../../../kernel/secret/secret.ts";

/** A credential that stands in a field in the clear. */
export interface FieldCredential {
  readonly path: FieldPath;
  readonly secret: Secret;
  /** The line inside the field's text, from 1, where the field holds a configuration of several lines. */
  readonly textLine?: number;
}
