import type { FieldPath } from "../../finding/field-path.ts";
import type { Location } from "../../finding/finding.ts";
import type { Secret } from "../../secret/secret.ts";
import type { ValueShape } from "../../secret/value-shape.ts";

/** Any Kubernetes object, of which only the kind is certain: everything else is read through `untyped.ts`. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: unknown;
  readonly [field: string]: unknown;
}

/** What stands in the place of every value of a `Secret` and every key of an EncryptionConfiguration after decoding. */
export interface WrappedValue {
  readonly secret: Secret;
  readonly shape: ValueShape;
}

/** An object from a file with the way back to its text. */
export interface Manifest {
  readonly type: "object";
  readonly object: KubeObject;
  readonly file: string;
  /** Where a field stands, or the nearest one above it that exists; `[]` is the object itself. */
  readonly locate: (path: FieldPath) => Location;
}

/** Something that should have been read and could not be: the rest goes on. */
export interface InputProblem {
  readonly type: "problem";
  readonly location: Location;
  /** In words that never quote the text. */
  readonly reason: string;
}

/** Why a document or file is no manifest: left out quietly, but counted. */
export type PassedOverReason = "not a Kubernetes object" | "a template" | "a link out of the folder";

export interface PassedOver {
  readonly type: "passed over";
  readonly location: Location;
  readonly reason: PassedOverReason;
}

/** What reading manifests yields, one after the other. */
export type ManifestEvent = Manifest | InputProblem | PassedOver;
