import { ACKNOWLEDGE_DELETION_ANNOTATION } from "../model/names.ts";
import type { SecretStore } from "../model/resources.ts";
import type { SecretStoreStatus } from "../model/secret-store-spec.ts";

/** What a look at a store's known keys found. */
export interface MissingKeys {
  /** Keys that were synced before and were asked for now. */
  readonly known: number;
  /** Those of them that the store says it doesn't have. */
  readonly missing: number;
}

/** Whether a store's deletions go through. */
export type Brake =
  | { readonly kind: "released" }
  | { readonly kind: "held"; readonly found: MissingKeys }
  | { readonly kind: "acknowledged"; readonly found: MissingKeys };

export const released: Brake = { kind: "released" };

export const AT_LEAST = 10;
const ONE_IN = 5;

/** Pure. More than a fifth of the known keys, and at least ten: that is a wrong mount, path or right, hardly ever intent. */
export function isTooMany({ known, missing }: MissingKeys): boolean {
  return missing >= AT_LEAST && missing * ONE_IN > known;
}

/**
 * Pure. The brake after a look at the store. Once held it stays so until that is acknowledged, or the keys are back; an
 * acknowledgement holds for this episode, and the next one needs another. A look that no key answered tells nothing.
 */
export function nextBrake(brake: Brake, found: MissingKeys, isAcknowledged: boolean): Brake {
  if (found.known === 0) return brake;
  if (!isTooMany(found)) return released;
  const goesOn = brake.kind === "acknowledged" || (brake.kind === "held" && isAcknowledged);
  return { kind: goesOn ? "acknowledged" : "held", found };
}

export const DELETION_HELD = "DeletionHeld";
export const ACKNOWLEDGED = "Acknowledged";

/** Pure. The brake as the store's status keeps it, for a process that has not looked yet. */
export function persistedBrake(status: SecretStoreStatus | undefined): Brake {
  const condition = status?.conditions?.find(({ type }) => type === DELETION_HELD);
  const found = { known: 0, missing: 0 };
  if (condition?.status === "True") return { kind: "held", found };
  return condition?.reason === ACKNOWLEDGED ? { kind: "acknowledged", found } : released;
}

/**
 * Pure. Whether the store's annotation acknowledges what is held now: it has to be the instant since when that is so, which
 * the status keeps. So it survives a restart, and one of an earlier episode never counts again.
 */
export function acknowledges({ metadata, status }: Pick<SecretStore, "metadata" | "status">): boolean {
  const condition = status?.conditions?.find(({ type }) => type === DELETION_HELD);
  const given = metadata.annotations?.[ACKNOWLEDGE_DELETION_ANNOTATION];
  return condition?.status === "True" && given !== undefined && given === condition.lastTransitionTime;
}
