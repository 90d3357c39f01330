import type { Kube } from "../../../kernel/kube/index.ts";
import { systemClock } from "../../../kernel/observe/clock.ts";
import { ExternalSecrets } from "../../../practices/managers/index.ts";

const PATIENCE_MILLIS = 20_000;

/** Waits until an ExternalSecret is Ready, or long enough; says how it stands then. */
export async function untilSynced(kube: Kube, namespace: string, name: string): Promise<string> {
  const api = kube.namespaced(ExternalSecrets, namespace);
  const until = systemClock.now() + PATIENCE_MILLIS;
  for (;;) {
    const ready = (await api.find(name))?.status?.conditions?.find(({ type }) => type === "Ready");
    if (ready?.status === "True") return ready.message ?? "ready";
    if (systemClock.now() > until) return ready?.message ?? "not synced yet";
    await systemClock.sleep(100);
  }
}
