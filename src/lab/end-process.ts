import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, killLeaderlessGroup, type ProcessIdentity, signalGroup } from "./process-identity.ts";

/**
 * Ends a process and its group: SIGTERM, `graceMillis` to finish, then SIGKILL. Resolves when all are gone.
 * A grace of 0 kills at once. A process of another start time under the same id is left alone.
 */
export async function endProcess(target: ProcessIdentity, graceMillis: number): Promise<void> {
  if (graceMillis > 0 && signalGroup(target, "SIGTERM")) await goneWithin(target, graceMillis);
  if (signalGroup(target, "SIGKILL")) await goneWithin(target, 10_000);
  // Its followers can take a moment longer: the first process of a PID namespace waits for every other in there.
  const deadline = Date.now() + 5000;
  while (killLeaderlessGroup(target.pid) && Date.now() < deadline) await sleep(10);
}

async function goneWithin(target: ProcessIdentity, millis: number): Promise<void> {
  const deadline = Date.now() + millis;
  while (isAlive(target) && Date.now() < deadline) await sleep(10);
}
