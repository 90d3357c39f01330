import { interned } from "../../../kernel/kube/object/interned.ts";
import type { ExternalSecret } from "../model/resources.ts";
import { parseExternalSecret, wantsOfParsed } from "./parsed-external-secret.ts";
import { storeId } from "./wanted.ts";

/** What about an ExternalSecret leads to it. */
interface Facts {
  /** Of everything but the status. */
  readonly shape: string;
  readonly version: string;
  readonly stores: readonly string[];
  readonly target: string;
}

/** Finds the ExternalSecrets that a store or a target concerns, and tells changes that matter from those that don't. */
export class ObjectIndex {
  readonly #facts = new Map<string, Facts>();
  readonly #byStore = new Map<string, Set<string>>();
  readonly #byTarget = new Map<string, string | Set<string>>();

  /** What the object's change was: of what a sync depends on, of other metadata, or of neither. */
  put(key: string, object: ExternalSecret): "content" | "metadata" | "status" {
    const before = this.#facts.get(key);
    const { namespace = "", deletionTimestamp = "", finalizers = [], uid = "" } = object.metadata;
    const parsed = parseExternalSecret(object);
    const { version, targetName } = parsed;
    const shape = `${uid} ${deletionTimestamp} ${finalizers.join(" ")}`;
    if (before?.version === version && before.shape === shape) return "status";
    if (before?.version === version) {
      this.#facts.set(key, { ...before, shape });
      return "metadata";
    }
    this.remove(key);
    const { wanted } = wantsOfParsed(parsed);
    const stores = [...new Set(wanted.map(({ store }) => interned(storeId(store, namespace))))];
    const facts = { shape, version, stores, target: `${namespace}/${targetName}` };
    this.#facts.set(key, facts);
    for (const store of stores) addTo(this.#byStore, store, key);
    const others = this.#byTarget.get(facts.target);
    if (others === undefined) this.#byTarget.set(facts.target, key);
    else this.#byTarget.set(facts.target, typeof others === "string" ? new Set([others, key]) : others.add(key));
    return "content";
  }

  remove(key: string): void {
    const facts = this.#facts.get(key);
    if (facts === undefined) return;
    this.#facts.delete(key);
    for (const store of facts.stores) {
      const keys = this.#byStore.get(store);
      keys?.delete(key);
      if (keys?.size === 0) this.#byStore.delete(store);
    }
    const others = this.#byTarget.get(facts.target);
    if (typeof others === "object") others.delete(key);
    else if (others === key) this.#byTarget.delete(facts.target);
  }

  /** The store that the object's time is spent with: its lane in the queue. */
  laneOf(key: string): string {
    return this.#facts.get(key)?.stores[0] ?? "";
  }

  usersOf(store: string): ReadonlySet<string> {
    return this.#byStore.get(store) ?? NONE;
  }

  /** `target` as `namespace/name`. */
  writersOf(target: string): Iterable<string> {
    const keys = this.#byTarget.get(target);
    return keys === undefined ? NONE : typeof keys === "string" ? [keys] : keys;
  }
}

const NONE: ReadonlySet<string> = new Set();

function addTo(map: Map<string, Set<string>>, name: string, key: string): void {
  const keys = map.get(name);
  if (keys === undefined) map.set(name, new Set([key]));
  else keys.add(key);
}
