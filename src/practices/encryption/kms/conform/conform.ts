import type { Clock } from "../../../../kernel/observe/clock.ts";
import type { ConformanceCheck } from "./conformance-check.ts";
import { DECRYPT_CHECKS } from "./decrypt-checks.ts";
import { ENCRYPT_CHECKS } from "./encrypt-checks.ts";
import type { KmsClient } from "./kms-client.ts";
import { LOAD_CHECKS } from "./load-checks.ts";
import { STATUS_CHECKS } from "./status-checks.ts";
import { NotAssessed, Trial } from "./trial.ts";

/** In the order in which they run. */
export const CONFORMANCE_CHECKS: readonly ConformanceCheck[] = [
  ...STATUS_CHECKS,
  ...ENCRYPT_CHECKS,
  ...DECRYPT_CHECKS,
  ...LOAD_CHECKS,
];

export interface ConformanceResult {
  readonly check: string;
  readonly level: "must" | "should";
  readonly requirement: string;
  readonly result: "passed" | "failed" | "not assessed";
  /** What is wrong, or why it could not be tried. */
  readonly detail?: string;
}

/** Tries every check; what needs a call that already fails is not assessed. */
export async function conform(client: KmsClient, clock: Clock): Promise<readonly ConformanceResult[]> {
  const trial = new Trial(client, clock);
  const results: ConformanceResult[] = [];
  for (const check of CONFORMANCE_CHECKS) results.push(await tryOne(check, trial));
  return results;
}

/** A plugin conforms when every `must` was tried and holds. */
export function conforms(results: readonly ConformanceResult[]): boolean {
  return results.every(({ level, result }) => level === "should" || result === "passed");
}

async function tryOne({ name, level, requirement, run }: ConformanceCheck, trial: Trial): Promise<ConformanceResult> {
  const about = { check: name, level, requirement };
  try {
    const detail = await run(trial);
    return detail === undefined ? { ...about, result: "passed" } : { ...about, result: "failed", detail };
  } catch (error) {
    if (error instanceof NotAssessed) return { ...about, result: "not assessed", detail: error.message };
    throw error;
  }
}
