import { keyOf, type ObjectRef } from "../../../kernel/kube/object/object-meta.ts";
import type { ObservedTarget } from "./observed-target.ts";

/** Which managed Secrets each ExternalSecret controls: one for nearly all of them, so most entries are a single name. */
export class OwnedTargets {
  readonly #names = new Map<string, string | Set<string>>();

  add(ref: ObjectRef, target: ObservedTarget): void {
    const key = ownerKey(ref, target);
    if (key === undefined) return;
    const known = this.#names.get(key);
    if (known === undefined || known === ref.name) this.#names.set(key, ref.name);
    else if (typeof known === "string") this.#names.set(key, new Set([known, ref.name]));
    else known.add(ref.name);
  }

  remove(ref: ObjectRef, target: ObservedTarget): void {
    const key = ownerKey(ref, target);
    if (key === undefined) return;
    const known = this.#names.get(key);
    if (known === ref.name) this.#names.delete(key);
    else if (typeof known === "object") known.delete(ref.name);
  }

  of(externalSecret: ObjectRef): readonly string[] {
    const known = this.#names.get(keyOf(externalSecret));
    if (known === undefined) return [];
    return typeof known === "string" ? [known] : [...known];
  }
}

function ownerKey({ namespace }: ObjectRef, { owners }: ObservedTarget): string | undefined {
  const owner = owners.find(({ controller, kind }) => controller === true && kind === "ExternalSecret");
  if (owner === undefined) return undefined;
  return keyOf({ ...(namespace === undefined ? {} : { namespace }), name: owner.name });
}
