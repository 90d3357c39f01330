import { randomBytes } from "node:crypto";
import type { Clock } from "../observe/clock.ts";
import type { Sources } from "./render-value.ts";

/** Time of the clock, and chance that nobody can foresee. */
export function systemSources(clock: Clock): Sources {
  return { now: () => clock.now(), random: (count) => randomBytes(count) };
}
