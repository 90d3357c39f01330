/** How fast objects are rewritten: so many a second at most, and slower where the API server turns requests away. */
export class Pace {
  readonly #most: number;
  #perSecond: number;
  #next = 0;

  constructor(perSecond: number) {
    this.#most = perSecond;
    this.#perSecond = perSecond;
  }

  get perSecond(): number {
    return this.#perSecond;
  }

  /** Milliseconds to wait before the next request, which is booked. */
  book(now: number): number {
    const at = Math.max(now, this.#next);
    this.#next = at + 1000 / this.#perSecond;
    return at - now;
  }

  /** The API server was busy: half as fast, and not before `after` milliseconds. */
  slowDown(now: number, after: number): void {
    this.#perSecond = Math.max(1, this.#perSecond / 2);
    this.#next = Math.max(this.#next, now + after);
  }

  /** One went through: a little faster again. */
  speedUp(): void {
    this.#perSecond = Math.min(this.#most, this.#perSecond + this.#most / 200);
  }
}
