import { KustodyError } from "../../errors.ts";
import type { Clock } from "../../observe/clock.ts";
import { type AdaptiveLimit, adapt, initialLimit } from "../../stores/read-through/adaptive-limit.ts";

export interface CallBounds {
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}

/**
 * Who goes first: `"usual"` calls in the order in which they came; `"later"` ones when no usual one waits; `"patient"` ones,
 * whose answer nobody waits for, when nobody else waits, and they leave half of the gate free.
 */
export type Rank = "usual" | "later" | "patient";

/**
 * Lets as many calls of one server through at a time as it answers well: more while answers stay quick, fewer when they
 * become slow or are refused.
 */
export class CallGate {
  readonly #clock: Clock;
  readonly #bounds: CallBounds;
  readonly #lines: Readonly<Record<Rank, Line>> = { usual: new Line(), later: new Line(), patient: new Line() };
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

  async run<T>(call: () => Promise<T>, rank: Rank = "usual"): Promise<T> {
    if (this.#hasRoomFor(rank)) this.#underWay += 1;
    else await this.#lines[rank].join();
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

  /** A line is only waited in while the gate is full, so who goes first is decided where they are let in. */
  #hasRoomFor(rank: Rank): boolean {
    return this.#underWay < (rank === "patient" ? Math.max(1, this.limit / 2) : this.limit);
  }

  #pump(): void {
    for (const rank of ["usual", "later", "patient"] as const) {
      while (this.#hasRoomFor(rank) && this.#lines[rank].next()) this.#underWay += 1;
    }
  }
}

/** First come, first served. */
class Line {
  readonly #waiting: (() => void)[] = [];
  #head = 0;

  join(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** Lets the first go; false where there is none. */
  next(): boolean {
    const first = this.#waiting[this.#head];
    if (first === undefined) return false;
    this.#head += 1;
    if (this.#head === this.#waiting.length || this.#head >= 1024) {
      this.#waiting.splice(0, this.#head);
      this.#head = 0;
    }
    first();
    return true;
  }
}

const PUSHED_BACK: ReadonlySet<string> = new Set([
  "KST_KUBE_BUSY",
  "KST_KUBE_SERVER",
  "KST_HTTP_UNREACHABLE",
  "KST_HTTP_TIMEOUT",
]);
