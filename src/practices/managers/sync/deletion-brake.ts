/** What a look at a store's known keys found. */
export interface MissingKeys {
  /** Keys that were synced before and were asked for now. */
  readonly known: number;
  /** Those of them that the store says it doesn't have. */
  readonly missing: number;
}

/** Whether a store's deletions go through. `baseline` and `token` are values of the acknowledging annotation. */
export type Brake =
  | { readonly kind: "released" }
  | { readonly kind: "held"; readonly baseline: string | undefined; readonly found: MissingKeys }
  | { readonly kind: "acknowledged"; readonly token: string; readonly found: MissingKeys };

export const released: Brake = { kind: "released" };

const AT_LEAST = 10;
const ONE_IN = 5;

/** Pure. More than a fifth of the known keys, and at least ten: that is a wrong mount, path or right, hardly ever intent. */
export function isTooMany({ known, missing }: MissingKeys): boolean {
  return missing >= AT_LEAST && missing * ONE_IN > known;
}

/**
 * Pure. The brake after a look at the store. Once held it stays so until the annotation gets a value that it didn't have
 * then, or the keys are back; an acknowledgement holds for this episode, and the next one needs a new value again.
 */
export function nextBrake(brake: Brake, found: MissingKeys, annotation: string | undefined): Brake {
  if (!isTooMany(found)) return released;
  if (brake.kind === "acknowledged") return { ...brake, found };
  const baseline = brake.kind === "held" ? brake.baseline : annotation;
  if (brake.kind === "held" && annotation !== undefined && annotation !== "" && annotation !== baseline) {
    return { kind: "acknowledged", token: annotation, found };
  }
  return { kind: "held", baseline, found };
}
