import type { Secret } from "../../../kernel/secret/secret.ts";
import { esoDataHash } from "../../../kernel/stores/value/eso-hashes.ts";

/** The entries that a target is to have, as Secrets that are wiped together. A Secret that is replaced is wiped at once. */
export class TargetData implements Disposable {
  readonly #entries = new Map<string, Secret>();

  get size(): number {
    return this.#entries.size;
  }

  /** Takes `secret` over. */
  set(key: string, secret: Secret): void {
    this.#entries.get(key)?.dispose();
    this.#entries.set(key, secret);
  }

  get entries(): ReadonlyMap<string, Secret> {
    return this.#entries;
  }

  /** The data-hash annotation of these entries together with `others`. */
  hash(others: ReadonlyMap<string, Secret> = new Map()): string {
    return esoDataHash(others.size === 0 ? this.#entries : new Map([...others, ...this.#entries]));
  }

  [Symbol.dispose](): void {
    for (const secret of this.#entries.values()) secret.dispose();
    this.#entries.clear();
  }
}

/** Each entry's HMAC: enough to tell whether two targets have the same data, and useless to anybody else. */
export function printsOf(entries: Iterable<readonly [string, Secret]>, printKey: Secret): Record<string, string> {
  return Object.fromEntries(
    [...entries].map(([key, secret]) => [key, secret.fingerprint(printKey).toString("base64url")]),
  );
}
