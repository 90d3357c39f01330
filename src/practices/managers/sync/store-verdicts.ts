import type { SecretStore } from "../model/resources.ts";
import type { StoreVerdict } from "./ports.ts";

/** What each store's last validation found, and what of a store has been seen already. */
export class StoreVerdicts {
  readonly #problems = new Map<string, string>();
  readonly #seen = new Map<string, string>();

  /**
   * Why the store is not asked: what only a change of it, or of what it refers to, can cure. A store that merely doesn't
   * answer is asked, and its own words reach the objects' conditions.
   */
  problemOf(store: SecretStore): string | undefined {
    return this.#problems.get(identityOf(store));
  }

  /** Takes a verdict down; `onUsable` is called when a store that was not usable has become so. */
  recorder(store: SecretStore, onUsable: () => void): (verdict: StoreVerdict) => void {
    const id = identityOf(store);
    return (verdict) => {
      const isProblem = verdict.kind === "invalid" || verdict.kind === "unsupported";
      if (isProblem) this.#problems.set(id, verdict.message);
      else if (this.#problems.delete(id)) onUsable();
    };
  }

  /** Whether a change concerns more than the status, and whether what was known of the store is void. */
  seen(key: string, store: SecretStore, type: "added" | "updated" | "deleted"): "nothing" | "metadata" | "replaced" {
    const { labels, annotations } = store.metadata;
    const id = identityOf(store);
    const shape = JSON.stringify([id, labels, annotations]);
    const before = this.#seen.get(key);
    if (type === "deleted") this.#seen.delete(key);
    else this.#seen.set(key, shape);
    if (type !== "deleted" && before === shape) return "nothing";
    const [formerId] = before === undefined ? [undefined] : (JSON.parse(before) as [string]);
    if (type !== "deleted" && formerId === id) return "metadata";
    if (formerId !== undefined) this.#problems.delete(formerId);
    return "replaced";
  }
}

function identityOf({ metadata }: SecretStore): string {
  return `${metadata.uid ?? ""}/${metadata.generation ?? 0}`;
}
