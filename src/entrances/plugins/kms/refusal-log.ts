import type { KustodyError } from "../../../kernel/errors.ts";
import type { Clock } from "../../../kernel/observe/clock.ts";
import type { Logger } from "../../../kernel/observe/logger.ts";

const EACH_MILLIS = 10_000;

/** Logs refused calls: the first of each kind at once, further ones as a number with the next, since thousands may come. */
export function refusalLog(logger: Logger, clock: Clock): (method: string, error: KustodyError) => void {
  const kinds = new Map<string, { until: number; unlogged: number }>();
  return (method, { code, message, hint }) => {
    const name = `${method} ${code}`;
    const now = clock.now();
    const kind = kinds.get(name) ?? { until: Number.NEGATIVE_INFINITY, unlogged: 0 };
    kinds.set(name, kind);
    if (now < kind.until) {
      kind.unlogged += 1;
      return;
    }
    logger.warn("refused a call", { method, code, reason: message, hint, alsoRefused: kind.unlogged });
    kinds.set(name, { until: now + EACH_MILLIS, unlogged: 0 });
  };
}
