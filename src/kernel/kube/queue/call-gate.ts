import { KustodyError } from "../../errors.ts";
import type { Clock } from "../../observe/clock.ts";
import { type AdaptiveLimit, adapt, initialLimit } from "../../stores/read-through/adaptive-limit.ts";

export interface CallBounds {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Lets as many calls of one server through at a time as it answers well: more while answers stay quick, fewer when they
 * become slow or are refused. Who comes first goes first.
 */
export class CallGate {
  readonly #clock: Clock;
  readonly #bounds: CallBounds;
  readonly #waiting: (() => void)[] = [];
  #head = 0;
  #underWay = 0;
  #limit: AdaptiveLimit;

  constructor(clock: Clock, bounds: CallBounds) {
    this.#clock = clock;
    this.#bounds = bounds;
    this.#limit = initialLimit(bounds);
  }

  /** How many calls may be under way, as it stands. */
  get limit(): number {
    return Math.floor(this.#limit.limit);
  }

  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#underWay >= this.limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#underWay += 1;
    const since = this.#clock.now();
    try {
      const result = await call();
      this.#adapt({ kind: "answered", millis: Math.max(0, this.#clock.now() - since) });
      return result;
    } catch (error) {
      if (error instanceof KustodyError && PUSHED_BACK.has(error.code)) this.#adapt({ kind: "pushed-back" });
      throw error;
    } finally {
      this.#underWay -= 1;
      this.#pump();
    }
  }

  #adapt(outcome: Parameters<typeof adapt>[1]): void {
    this.#limit = adapt(this.#limit, outcome, this.#bounds);
  }

  #pump(): void {
    while (this.#underWay < this.limit) {
      const next = this.#waiting[this.#head];
      if (next === undefined) break;
      this.#head += 1;
      this.#underWay += 1;
      next();
    }
    if (this.#head < 1024 && this.#head < this.#waiting.length) return;
    this.#waiting.splice(0, this.#head);
    this.#head = 0;
  }
}

const PUSHED_BACK: ReadonlySet<string> = new Set([
  "KST_KUBE_BUSY",
  "KST_KUBE_SERVER",
  "KST_HTTP_UNREACHABLE",
  "KST_HTTP_TIMEOUT",
]);
