import type { Config } from "../../../kernel/config/config-schema.ts";
import { printable } from "../../../kernel/finding/printable.ts";
import { observeEso, type SyncStatus, syncStatus } from "../../../practices/managers/index.ts";
import type { Terminal } from "../terminal.ts";
import { withCluster } from "./with-cluster.ts";

/** More than a person reads; --output json has all. */
const SHOWN = 20;

/** Prints how syncing is. 1 where something is not ready. */
export async function runSyncStatus(config: Config, terminal: Terminal): Promise<0 | 1> {
  const status = await withCluster(config, terminal, async (kube) => syncStatus(await observeEso(kube)));
  const text = config.output === "json" ? `${JSON.stringify(status, undefined, 2)}\n` : renderSyncStatus(status);
  terminal.stdout.write(text);
  return status.failures.length > 0 ? 1 : 0;
}

/** Pure. */
export function renderSyncStatus({ counts, failures, eso, webhooks }: SyncStatus): string {
  const lines = counts.map(
    ({ kind, ready, failed, waiting }) => `${kind.padEnd(19)} ${ready} ready, ${failed} not ready, ${waiting} waiting`,
  );
  for (const { subject, reason, message } of failures.slice(0, SHOWN)) {
    lines.push(`  ${printable(`${subject}: ${reason}: ${message}`)}`);
  }
  if (failures.length > SHOWN) lines.push(`  and ${failures.length - SHOWN} more: --output json has all`);
  for (const one of eso) lines.push(`External Secrets Operator runs: ${printable(one)}`);
  for (const one of webhooks) lines.push(`Its webhook configuration is there: ${printable(one)}`);
  return `${lines.join("\n")}\n`;
}
