import { createHash } from "node:crypto";
import type { Wrapped } from "../../../kernel/keys/wrapping-key.ts";
import type { Secret } from "../../../kernel/secret/secret.ts";
import { ageOf } from "./limits.ts";

/** A KEK in memory. Instants in milliseconds. */
export interface Kek {
  readonly wrapped: Wrapped;
  readonly secret: Secret;
  /** When the key service last vouched for it. */
  verifiedAt: number;
}

/** Bounded; who was used longest ago goes first. What is dropped is wiped. */
export class KekCache {
  readonly #keks = new Map<string, Kek>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#keks.size;
  }

  get(wrapped: Wrapped): Kek | undefined {
    const name = nameOf(wrapped);
    const found = this.#keks.get(name);
    if (found === undefined) return undefined;
    this.#keks.delete(name);
    this.#keks.set(name, found);
    return found;
  }

  put(kek: Kek): void {
    const name = nameOf(kek.wrapped);
    if (this.#keks.get(name)?.secret !== kek.secret) this.#drop(name);
    this.#keks.set(name, kek);
    const [oldest] = this.#keks.keys();
    if (this.#keks.size > this.#most && oldest !== undefined) this.#drop(oldest);
  }

  delete(kek: Kek): void {
    this.#drop(nameOf(kek.wrapped));
  }

  clear(): void {
    for (const { secret } of this.#keks.values()) secret.dispose();
    this.#keks.clear();
  }

  /** Those that the key service vouched for longer ago than `millis`, the oldest first. */
  olderThan(millis: number, now: number): readonly Kek[] {
    return [...this.#keks.values()]
      .filter(({ verifiedAt }) => ageOf(verifiedAt, now) >= millis)
      .sort((a, b) => a.verifiedAt - b.verifiedAt);
  }

  #drop(name: string): void {
    this.#keks.get(name)?.secret.dispose();
    this.#keks.delete(name);
  }
}

function nameOf({ keyId, bytes }: Wrapped): string {
  return createHash("sha256").update(`${keyId.length} ${keyId}`).update(bytes).digest("base64");
}
