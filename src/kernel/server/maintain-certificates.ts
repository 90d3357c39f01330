import { KustodyError, toKustodyError } from "../errors.ts";
import { type Clock, systemClock } from "../observe/clock.ts";
import type { SecretRecord } from "../secret/secret-record.ts";
import { type CertificateSet, readCertificateSet, stateOf, writeCertificateSet } from "./certificate-set.ts";
import { changeCertificates } from "./change-certificates.ts";
import {
  type CertificateSettings,
  type CertificateStep,
  planCertificates,
  settingsProblem,
} from "./plan-certificates.ts";

export interface MaintainOptions {
  readonly record: SecretRecord;
  readonly settings: CertificateSettings;
  /** Aborts when this process no longer leads. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** A step that was taken. */
  readonly onStep?: (step: CertificateStep | "restore") => void;
  readonly onProblem?: (problem: KustodyError) => void;
}

/** Even when nothing is due the record is read this often: somebody may have deleted it. */
const LOOK_AGAIN = 30_000;
const BACKOFF = { first: 500, last: 30_000 } as const;

/**
 * The leader's part: keeps the record's certificates fresh until `signal` aborts.
 *
 * Flow: read → plan → one change → write if nobody else has → plan again, until nothing is due; then wait.
 * Guarantees: each write takes one step and only from the version that it was planned on, so that two leaders at once
 * do no harm. A record that was deleted is restored from memory, so that clients keep trusting what is served.
 * Caveats: a record that can't be read is left as it is, for a person to look at; `onProblem` hears of it each time.
 * Errors: KST_CONFIG_INVALID for settings that can't work; any other is passed to `onProblem` and tried again.
 */
export async function maintainCertificates(options: MaintainOptions): Promise<void> {
  const { settings, signal, clock = systemClock } = options;
  const problem = settingsProblem(settings);
  if (problem !== undefined) {
    throw new KustodyError("KST_CONFIG_INVALID", `the lifetimes of the server's certificates don't fit: ${problem}`);
  }
  let lastGood: CertificateSet | undefined;
  let backoff: number = BACKOFF.first;
  while (!signal.aborted) {
    let wait: number;
    try {
      const { set, until } = await maintainOnce(options, clock, lastGood);
      lastGood = set;
      backoff = BACKOFF.first;
      wait = Math.min(Math.max(until - clock.now(), 0), LOOK_AGAIN);
    } catch (error) {
      if (signal.aborted) return;
      const conflict = error instanceof KustodyError && error.code === "KST_RECORD_CONFLICT";
      if (!conflict) options.onProblem?.(toKustodyError(error));
      wait = backoff;
      backoff = Math.min(backoff * 2, BACKOFF.last);
    }
    // An abort ends the loop, not the caller.
    await clock.sleep(wait, signal).catch(() => undefined);
  }
}

async function maintainOnce(
  { record, settings, signal, onStep }: MaintainOptions,
  clock: Clock,
  lastGood: CertificateSet | undefined,
): Promise<{ readonly set: CertificateSet; readonly until: number }> {
  let stored = await record.read(signal);
  if (stored === undefined && lastGood !== undefined) {
    stored = await record.write(writeCertificateSet(lastGood), undefined, signal);
    onStep?.("restore");
  }
  for (;;) {
    const set = stored === undefined ? undefined : readCertificateSet(stored.data, record.name);
    const plan = planCertificates(set === undefined ? undefined : stateOf(set), settings, clock.now());
    if (plan.step === "keep" && set !== undefined) return { set, until: plan.until };
    if (plan.step === "keep") throw new KustodyError("KST_INTERNAL", "nothing can't be kept");
    const changed = await changeCertificates(set, plan.step, settings, clock.now());
    stored = await record.write(writeCertificateSet(changed), stored?.version, signal);
    onStep?.(plan.step);
  }
}
