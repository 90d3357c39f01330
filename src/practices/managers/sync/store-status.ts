import { ACKNOWLEDGE_DELETION_ANNOTATION } from "../model/names.ts";
import type { SecretStoreStatus } from "../model/secret-store-spec.ts";
import type { Brake } from "./deletion-brake.ts";
import { withCondition } from "./next-status.ts";
import type { StoreVerdict } from "./ports.ts";

/** Pure. The Ready condition for a verdict; reasons and the first words of messages are upstream's. */
export function storeCondition(verdict: StoreVerdict): { status: "True" | "False"; reason: string; message: string } {
  switch (verdict.kind) {
    case "valid":
      return { status: "True", reason: "Valid", message: withUnused("store validated", verdict.unused) };
    case "unknown":
      return {
        status: "True",
        reason: "ValidationUnknown",
        message: withUnused("could not validate: each asker's own credentials", verdict.unused),
      };
    case "invalid":
      return { status: "False", reason: "InvalidProviderConfig", message: bounded(verdict.message) };
    case "unsupported":
      return { status: "False", reason: "InvalidStoreConfiguration", message: bounded(verdict.message) };
    case "failed":
      return {
        status: "False",
        reason: "ValidationFailed",
        message: bounded(`unable to validate store: ${verdict.message}`),
      };
  }
}

/** What has no effect is said where the store is looked at; it stops nothing, since it stops nothing upstream either. */
function withUnused(message: string, unused: readonly string[]): string {
  return unused.length === 0 ? message : bounded(`${message}; without effect: ${unused.join(", ")}`);
}

export const DELETION_HELD = "DeletionHeld";

function heldCondition(brake: Brake): { type: string; status: string; reason: string; message: string } {
  const type = DELETION_HELD;
  if (brake.kind === "released") return { type, status: "False", reason: "KeysPresent", message: "nothing is held" };
  const { known, missing } = brake.found;
  const counted = `${missing} of ${known} known keys that were looked at are missing`;
  if (brake.kind === "acknowledged") {
    return { type, status: "False", reason: "Acknowledged", message: `${counted}; acknowledged` };
  }
  const message = `${counted}; nothing is deleted until ${ACKNOWLEDGE_DELETION_ANNOTATION} has a new value`;
  return { type, status: "True", reason: "TooManyKeysMissing", message };
}

/** Pure. The status patch that a verdict calls for, or undefined where it would say nothing new. */
export function nextStoreStatus(
  current: SecretStoreStatus | undefined,
  verdict: StoreVerdict,
  brake: Brake,
  now: number,
): SecretStoreStatus | undefined {
  const before = current?.conditions ?? [];
  const ready = withCondition(before, { type: "Ready", ...storeCondition(verdict) }, now);
  const everHeld = before.some(({ type }) => type === DELETION_HELD);
  const conditions = brake.kind === "released" && !everHeld ? ready : withCondition(ready, heldCondition(brake), now);
  const capabilities = "writes" in verdict ? (verdict.writes ? "ReadWrite" : "ReadOnly") : current?.capabilities;
  if (conditions === before && capabilities === current?.capabilities) return undefined;
  return { conditions: [...conditions], ...(capabilities === undefined ? {} : { capabilities }) };
}

function bounded(message: string): string {
  return message.length <= 1024 ? message : `${message.slice(0, 1023)}…`;
}
