import type { KubeObject, ObjectRef } from "../object/object-meta.ts";

/** What happened to an object. `value` is what the caller's `reduce` kept of it: of a deleted one, the last. */
export interface Change<V> {
  readonly type: "added" | "updated" | "deleted";
  readonly ref: ObjectRef;
  readonly value: V;
  /** The object's version that caused this; of a deletion that a relist noticed, the last one seen. */
  readonly resourceVersion: string;
}

interface Entry<V> {
  readonly version: number | string;
  readonly uid: number | string;
  value: V;
  /** The relist that saw it last. */
  round: number;
}

/**
 * The objects of a collection as their projections, and the rules by which what arrives becomes changes. Pure: no I/O.
 *
 * Guarantees, whatever mixture of lists, relists and watch events arrives in the server's order:
 * - each version of an object is reported at most once, and never after a newer one
 * - after a relist the store is what the list says; what differs from before is reported, and nothing else
 * - an object that was deleted and created anew between two looks is reported as deleted and added
 */
export class ObjectStore<V> {
  /** By namespace (`""` for objects of the cluster), then name: so that the namespace isn't repeated in 50,000 keys. */
  readonly #namespaces = new Map<string, Map<string, Entry<V>>>();
  #size = 0;
  #round = 0;

  get size(): number {
    return this.#size;
  }

  get(ref: ObjectRef): V | undefined {
    return this.#namespaces.get(ref.namespace ?? "")?.get(ref.name)?.value;
  }

  /** All values, or those of one namespace. */
  *values(namespace?: string): Generator<V, void, undefined> {
    for (const [name, objects] of this.#namespaces) {
      if (namespace !== undefined && name !== namespace) continue;
      for (const entry of objects.values()) yield entry.value;
    }
  }

  /** A (re)list begins: what it doesn't put until `finishRound` is gone. */
  beginRound(): void {
    this.#round++;
  }

  /** The object is there in this version. */
  put<T extends KubeObject>(object: T, reduce: (object: T, before: V | undefined) => V): Change<V>[] {
    const { namespace = "", name, resourceVersion = "", uid = "" } = object.metadata;
    let objects = this.#namespaces.get(namespace);
    if (objects === undefined) this.#namespaces.set(namespace, (objects = new Map()));
    const known = objects.get(name);
    const version = compactVersion(resourceVersion);
    const compactId = compactUid(uid);
    if (known !== undefined && known.uid === compactId && known.version === version) {
      known.round = this.#round;
      return [];
    }
    const entry = { version, uid: compactId, value: reduce(object, known?.value), round: this.#round };
    objects.set(name, entry);
    const ref = refTo(namespace, name);
    if (known === undefined) this.#size++;
    if (known === undefined) return [{ type: "added", ref, value: entry.value, resourceVersion }];
    if (known.uid === compactId) return [{ type: "updated", ref, value: entry.value, resourceVersion }];
    return [
      { type: "deleted", ref, value: known.value, resourceVersion: String(known.version) },
      { type: "added", ref, value: entry.value, resourceVersion },
    ];
  }

  /** The object is gone, as of `resourceVersion`. */
  remove(ref: ObjectRef, resourceVersion: string): Change<V>[] {
    const namespace = ref.namespace ?? "";
    const objects = this.#namespaces.get(namespace);
    const known = objects?.get(ref.name);
    if (objects === undefined || known === undefined) return [];
    objects.delete(ref.name);
    if (objects.size === 0) this.#namespaces.delete(namespace);
    this.#size--;
    return [{ type: "deleted", ref: refTo(namespace, ref.name), value: known.value, resourceVersion }];
  }

  /** The list was complete: what it did not mention was deleted meanwhile. */
  finishRound(): Change<V>[] {
    const changes: Change<V>[] = [];
    for (const [namespace, objects] of this.#namespaces) {
      for (const [name, entry] of objects) {
        if (entry.round !== this.#round) changes.push(...this.remove(refTo(namespace, name), String(entry.version)));
      }
    }
    return changes;
  }
}

function refTo(namespace: string, name: string): ObjectRef {
  return namespace === "" ? { name } : { namespace, name };
}

/** Versions are decimal numbers in practice: as a number a version takes a third of the memory. */
function compactVersion(version: string): number | string {
  return /^[1-9]\d{0,14}$/.test(version) ? Number(version) : version;
}

/** The first 48 bits of a UUID, which are random in version 4: enough to tell an object from its namesake. */
function compactUid(uid: string): number | string {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-4/.test(uid) ? Number.parseInt(uid.slice(0, 8) + uid.slice(9, 13), 16) : uid;
}
