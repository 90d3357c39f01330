import type { Clock } from "../../../kernel/observe/clock.ts";
import type { KmsPlugin } from "./kms-plugin.ts";
import type { KmsLimits } from "./limits.ts";

/** Probes the key service until the signal aborts. */
export interface Prober {
  /** Asks for a probe now, such as after a rotation was ordered. */
  readonly wake: () => void;
  run(plugin: KmsPlugin, afterEach: (isWell: boolean) => void): Promise<void>;
}

/** At most this often, however much is asked for; milliseconds. */
const SHORTEST = 250;

export function createProber(clock: Clock, limits: KmsLimits, signal: AbortSignal): Prober {
  let woken = new AbortController();
  return {
    wake: () => woken.abort(),
    async run(plugin, afterEach) {
      while (!signal.aborted) {
        const isWell = await plugin.probe();
        afterEach(isWell);
        await pause(SHORTEST, signal);
        await pause(isWell ? limits.probe : limits.probeAgain, AbortSignal.any([signal, woken.signal]));
        woken = new AbortController();
      }
    },
  };

  async function pause(millis: number, until: AbortSignal): Promise<void> {
    await clock.sleep(millis, until).catch(() => undefined);
  }
}
