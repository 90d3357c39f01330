import { setTimeout as sleep } from "node:timers/promises";

/** Time as a port: what decides takes a Clock, so that tests set it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `millis`, or rejects with the signal's reason when it aborts first. */
  sleep(millis: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (millis, signal) => {
    await sleep(millis, undefined, signal === undefined ? {} : { signal });
  },
};

/** A clock that nobody can set: its instants only grow, and mean the wall's time only roughly. For ages and time limits. */
export const steadyClock: Clock = { ...systemClock, now: () => performance.timeOrigin + performance.now() };
