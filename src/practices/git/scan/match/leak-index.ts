import type { Secret } from "../../../../kernel/secret/secret.ts";
import type { NamedLeak } from "../fingerprint.ts";
import { valueForms } from "./value-forms.ts";

/** Shorter values are equal by chance. */
const SHORTEST = 4;

/** Recognises the values of leaks among others, by HMACs alone: neither side's value is kept. */
export class LeakIndex {
  readonly #leaks: readonly NamedLeak[];
  readonly #key: Secret;
  readonly #byPrint = new Map<string, NamedLeak[]>();
  readonly #live = new Map<NamedLeak, string[]>();

  /** `key` is made for one run; see the table of HMAC keys in ARCHITECTURE.md. */
  constructor(leaks: readonly NamedLeak[], key: Secret) {
    this.#leaks = leaks;
    this.#key = key;
    for (const leak of leaks) {
      for (const form of valueForms(leak.secret)) {
        if (form.size < SHORTEST) continue;
        const print = form.fingerprint(key).toString("latin1");
        const same = this.#byPrint.get(print);
        if (same === undefined) this.#byPrint.set(print, [leak]);
        else if (!same.includes(leak)) same.push(leak);
      }
    }
  }

  /** Compares one value of the Secret `secret` (namespace/name). */
  look(secret: string, key: string, value: Secret): void {
    if (value.size < SHORTEST) return;
    for (const leak of this.#byPrint.get(value.fingerprint(this.#key).toString("latin1")) ?? []) {
      const places = this.#live.get(leak);
      if (places === undefined) this.#live.set(leak, [`${secret}/${key}`]);
      else places.push(`${secret}/${key}`);
    }
  }

  /** All leaks, those that were recognised with the places of their values. */
  matched(): readonly NamedLeak[] {
    return this.#leaks.map((leak) => {
      const live = this.#live.get(leak);
      return live === undefined ? leak : { ...leak, live: live.toSorted() };
    });
  }
}
