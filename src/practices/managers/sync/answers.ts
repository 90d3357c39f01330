import { disposeRead } from "../../../kernel/stores/read-through/copy-read.ts";
import type { Answer, StoreError } from "../../../kernel/stores/store.ts";
import type { Sought, Wanted } from "./wanted.ts";

/** What a search brought: the answer for each key that it found, or why there is none. */
export type FoundAnswers = ReadonlyMap<string, Answer> | StoreError;

/** Each entry of a spec with its answer, or answers. Wipes what it holds. */
export class Answers implements Disposable {
  readonly #answers = new Map<Wanted, Answer>();
  readonly #found = new Map<Sought, FoundAnswers>();
  /** How old the oldest of them is: when the call began that brought it. Infinite before the first. */
  readAt = Number.POSITIVE_INFINITY;

  set(wanted: Wanted, answer: Answer): void {
    this.#answers.set(wanted, answer);
  }

  setFound(sought: Sought, found: FoundAnswers): void {
    this.#found.set(sought, found);
  }

  of(wanted: Wanted): Answer {
    return this.#answers.get(wanted) ?? UNREAD;
  }

  foundBy(sought: Sought): FoundAnswers {
    return this.#found.get(sought) ?? UNREAD;
  }

  [Symbol.dispose](): void {
    const found = [...this.#found.values()].flatMap((one) => (one instanceof Map ? [...one.values()] : []));
    for (const answer of new Set([...this.#answers.values(), ...found])) disposeRead(answer as Answer);
  }
}

const UNREAD: StoreError = { error: "unavailable", message: "it was not read" };
