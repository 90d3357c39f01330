import { KustodyError } from "../../../kernel/errors.ts";
import { systemClock } from "../../../kernel/observe/clock.ts";
import { disagreements, type Expected } from "../../../practices/encryption/api-servers/agreement.ts";
import { observeServer } from "../../../practices/encryption/api-servers/observe.ts";
import type { ServerEncryption } from "../../../practices/encryption/api-servers/server-metrics.ts";
import type { Servers } from "./with-servers.ts";

/** API servers look at their file, and at a plugin's key, once a minute. */
const PAUSE = 2_000;

export interface WaitOptions {
  readonly millis: number;
  readonly signal: AbortSignal;
  readonly onWait?: (reason: string) => void;
}

/**
 * Waits until the API servers agree on how they write, by their own metrics. Errors: KST_ENCRYPTION_NOT_READY after `millis`;
 * KST_KUBE_FORBIDDEN where their metrics may not be read.
 */
export async function waitForServers(
  { each }: Servers,
  expected: Expected,
  { millis, signal, onWait }: WaitOptions,
): Promise<readonly ServerEncryption[]> {
  const end = systemClock.now() + millis;
  for (;;) {
    const { servers, reasons } = await look(each, expected, signal);
    const [reason] = reasons;
    if (reason === undefined) return servers;
    onWait?.(reason);
    if (systemClock.now() >= end) {
      throw new KustodyError("KST_ENCRYPTION_NOT_READY", reasons.join("; "), {
        hint: "look at each API server's log and file; --wait says how long to wait",
      });
    }
    await systemClock.sleep(PAUSE, signal).catch(() => {
      throw new KustodyError("KST_INTERRUPTED", "interrupted while waiting for the API servers: nothing was changed");
    });
  }
}

async function look(
  each: Servers["each"],
  expected: Expected,
  signal: AbortSignal,
): Promise<{ servers: readonly ServerEncryption[]; reasons: readonly string[] }> {
  const servers: ServerEncryption[] = [];
  const reasons: string[] = [];
  for (const kube of each) {
    try {
      servers.push(await observeServer(kube, signal));
    } catch (error) {
      if (!(error instanceof KustodyError) || error.code === "KST_KUBE_FORBIDDEN") throw error;
      // It may be starting anew, with the file that it shall use.
      reasons.push(`${kube.server} does not answer: ${error.message}`);
    }
  }
  return { servers, reasons: [...reasons, ...disagreements(servers, expected)] };
}
