import type { Next } from "../../../kernel/kube/queue/reconcile.ts";
import { parseGoDurationMillis } from "../../../kernel/stores/value/go-duration.ts";
import type { SecretStore } from "../model/resources.ts";
import { type SecretStoreStatus, secretStoreSpec } from "../model/secret-store-spec.ts";
import { DELETION_HELD } from "./deletion-brake.ts";
import { FRESH_MILLIS } from "./deletion-brakes.ts";
import { jittered } from "./due.ts";
import type { StoreVerdict, SyncPorts } from "./ports.ts";
import { nextStoreStatus, storeCondition } from "./store-status.ts";
import { isOfOtherClass } from "./usable-stores.ts";

/**
 * Says of one store whether it can be used.
 *
 * Flow: another class's: leave it alone → can its specification be understood → does the login work → condition and event
 * if that is news → again in `spec.refreshInterval`.
 * Guarantees: a store that another operator looks after, or whose provider we don't know, is not contacted.
 */
export async function reconcileStore(
  store: SecretStore,
  ports: SyncPorts,
  onVerdict: (verdict: StoreVerdict) => void,
  signal: AbortSignal,
): Promise<Next> {
  if (isOfOtherClass(store, ports.options.controllerClass)) return { look: "on-change" };
  const { verdict, refreshMillis } = await judge(store, ports, signal);
  signal.throwIfAborted();
  onVerdict(verdict);
  const brake = await ports.brakes.review(store, ports, signal);
  const status = nextStoreStatus(store.status, verdict, brake, ports.clock.now());
  const { status: ready, reason, message } = storeCondition(verdict);
  const { namespace = "", name } = store.metadata;
  ports.metrics.storeCondition(store.kind, { namespace, name }, { type: "Ready", status: ready });
  if (status !== undefined) {
    await ports.writes.patchStoreStatus(store, status, signal);
    const before = store.status?.conditions?.find(({ type }) => type === "Ready");
    if (before?.reason !== reason) {
      const type = ready === "True" ? "Normal" : "Warning";
      ports.writes.tell(store, { type, reason, action: "Validate", note: message });
    }
    tellOfBrake(store, status, ports);
  }
  const interval = refreshMillis > 0 ? refreshMillis : ports.options.storeIntervalMillis;
  // Somebody waits for the keys to be back, or for the acknowledgement.
  if (brake.kind === "held") return { look: "in", millis: Math.min(interval, FRESH_MILLIS) };
  return { look: "in", millis: jittered(interval, ports.random()) };
}

function tellOfBrake(store: SecretStore, next: SecretStoreStatus, ports: SyncPorts): void {
  const held = (status: SecretStoreStatus | undefined) =>
    status?.conditions?.find(({ type }) => type === DELETION_HELD);
  const condition = held(next);
  if (condition === undefined || condition.reason === held(store.status)?.reason) return;
  const { reason = "", message = "", status } = condition;
  const type = status === "True" ? "Warning" : "Normal";
  ports.writes.tell(store, { type, reason: `Deletion${reason}`, action: "Delete", note: message });
}

async function judge(
  store: SecretStore,
  ports: SyncPorts,
  signal: AbortSignal,
): Promise<{ verdict: StoreVerdict; refreshMillis: number }> {
  const parsed = secretStoreSpec.safeParse(store.spec);
  if (!parsed.success) {
    const places = parsed.error.issues.slice(0, 5).map(({ path, message }) => `spec.${path.join(".")}: ${message}`);
    return { verdict: { kind: "unsupported", message: places.join("; ") }, refreshMillis: 0 };
  }
  const { refreshInterval = 0 } = parsed.data;
  let refreshMillis: number;
  try {
    refreshMillis = typeof refreshInterval === "string" ? duration(refreshInterval) : refreshInterval * 1000;
  } catch (error) {
    const message = `spec.refreshInterval: ${(error as Error).message}`;
    return { verdict: { kind: "unsupported", message }, refreshMillis: 0 };
  }
  return { verdict: await ports.stores.validate(store, signal), refreshMillis };
}

/** A Go duration, or seconds as text. */
function duration(text: string): number {
  return /^[0-9]+$/.test(text) ? Number(text) * 1000 : parseGoDurationMillis(text);
}
