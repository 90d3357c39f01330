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
  readonly #waiting = new Line();
  readonly #patient = new Line();
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

  /** `patient`: nobody waits for it, so it lets all others go first and leaves half of the gate free. */
  async run<T>(call: () => Promise<T>, { patient = false }: { readonly patient?: boolean } = {}): Promise<T> {
    const isFree = patient ? this.#hasRoomForPatience : this.#underWay < this.limit;
    if (isFree) this.#underWay += 1;
    else await (patient ? this.#patient : this.#waiting).join();
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

  get #hasRoomForPatience(): boolean {
    return this.#waiting.isEmpty && this.#underWay < Math.max(1, this.limit / 2);
  }

  #pump(): void {
    while (this.#underWay < this.limit && this.#waiting.next()) this.#underWay += 1;
    while (this.#hasRoomForPatience && this.#patient.next()) this.#underWay += 1;
  }
}

/** First come, first served. */
class Line {
  readonly #waiting: (() => void)[] = [];
  #head = 0;

  get isEmpty(): boolean {
    return this.#head === this.#waiting.length;
  }

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
