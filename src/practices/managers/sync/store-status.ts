import type { Condition } from "../model/external-secret-spec.ts";
import { ACKNOWLEDGE_DELETION_ANNOTATION } from "../model/names.ts";
import type { SecretStoreStatus } from "../model/secret-store-spec.ts";
import { ACKNOWLEDGED, type Brake, DELETION_HELD } from "./deletion-brake.ts";
import { seconds, withCondition } from "./next-status.ts";
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

/** The conditions with what there is to say of the brake: nothing of one that never held, nor of one not looked at yet. */
function withHeld(before: readonly Condition[], conditions: readonly Condition[], brake: Brake, now: number) {
  const type = DELETION_HELD;
  const present = before.find((one) => one.type === type);
  if (brake.kind === "released") {
    if (present === undefined) return conditions;
    return withCondition(conditions, { type, status: "False", reason: "KeysPresent", message: "nothing is held" }, now);
  }
  const { known, missing } = brake.found;
  if (known === 0) return conditions;
  const counted = `${missing} of ${known} known keys that were looked at are missing`;
  if (brake.kind === "acknowledged") {
    const message = `${counted}; acknowledged`;
    return withCondition(conditions, { type, status: "False", reason: ACKNOWLEDGED, message }, now);
  }
  const since = (present?.status === "True" ? present.lastTransitionTime : undefined) ?? seconds(now);
  const message = `${counted}; nothing is deleted until the annotation ${ACKNOWLEDGE_DELETION_ANNOTATION} is ${since}`;
  return withCondition(conditions, { type, status: "True", reason: "TooManyKeysMissing", message }, now);
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
  const conditions = withHeld(before, ready, brake, now);
  const capabilities = "writes" in verdict ? (verdict.writes ? "ReadWrite" : "ReadOnly") : current?.capabilities;
  if (conditions === before && capabilities === current?.capabilities) return undefined;
  return { conditions: [...conditions], ...(capabilities === undefined ? {} : { capabilities }) };
}

function bounded(message: string): string {
  return message.length <= 1024 ? message : `${message.slice(0, 1023)}…`;
}
