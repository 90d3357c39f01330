import { keyOf, type ObjectRef } from "../../../kernel/kube/object/object-meta.ts";
import type { ExternalSecretStatus } from "../model/external-secret-spec.ts";
import type { ExternalSecret } from "../model/resources.ts";
import type { ObservedTarget } from "./observed-target.ts";

/** What the engine remembers of one ExternalSecret between two looks. Instants in milliseconds since the epoch. */
export interface Remembered {
  /** When we saw its last change: what a user did before that must be in the value that is read. */
  changedAt: number;
  /** When its next refresh is due; undefined before its first sync by this process. */
  dueAt: number | undefined;
  failedAt: number | undefined;
  /** A policy has just closed a store to it: it is looked at though nothing is due. */
  refused: boolean;
  /** Our last status, until the watch shows it. */
  status: { readonly value: ExternalSecretStatus; readonly resourceVersion: string } | undefined;
  /** The uid of the object to which we added our finalizer. */
  guarded: string | undefined;
}

/**
 * What was just written and may not have come back through a watch yet, and what the cluster doesn't keep. It is lost with
 * the process, and nothing depends on it but the number of requests.
 */
export class SyncMemory {
  readonly #objects = new Map<string, Remembered>();
  readonly #targets = new Map<string, ObservedTarget>();
  readonly #foreignKeys = new Map<string, { readonly resourceVersion: string; readonly keys: ReadonlySet<string> }>();

  of(key: string, now: number): Remembered {
    let object = this.#objects.get(key);
    if (object === undefined) {
      object = {
        changedAt: now,
        dueAt: undefined,
        failedAt: undefined,
        refused: false,
        status: undefined,
        guarded: undefined,
      };
      this.#objects.set(key, object);
    }
    return object;
  }

  forget(key: string): void {
    this.#objects.delete(key);
  }

  /** The newer of what we wrote and what the watch shows. */
  statusOf(object: ExternalSecret, { status }: Remembered): ExternalSecretStatus | undefined {
    const newer = status !== undefined && isNewer(status.resourceVersion, object.metadata.resourceVersion);
    return newer ? status.value : object.status;
  }

  targetWritten(ref: ObjectRef, target: ObservedTarget): void {
    this.#targets.set(keyOf(ref), target);
  }

  /** A watch has brought the target, or its end, in this version. */
  targetSeen(ref: ObjectRef, resourceVersion: string): void {
    const written = this.#targets.get(keyOf(ref));
    if (written !== undefined && !isNewer(written.resourceVersion, resourceVersion)) this.#targets.delete(keyOf(ref));
  }

  /** Whether this is the version that we wrote ourselves. */
  wroteTarget(ref: ObjectRef, resourceVersion: string): boolean {
    return this.#targets.get(keyOf(ref))?.resourceVersion === resourceVersion;
  }

  target(ref: ObjectRef, watched: ObservedTarget | undefined): ObservedTarget | undefined {
    return this.#targets.get(keyOf(ref)) ?? watched;
  }

  /** Keys of the target that others wrote, if they are known of this very version. */
  foreignKeys(ref: ObjectRef, { resourceVersion }: ObservedTarget): ReadonlySet<string> {
    const known = this.#foreignKeys.get(keyOf(ref));
    return known?.resourceVersion === resourceVersion ? known.keys : NONE;
  }

  rememberForeignKeys(ref: ObjectRef, resourceVersion: string, keys: ReadonlySet<string>): void {
    if (keys.size === 0) this.#foreignKeys.delete(keyOf(ref));
    else this.#foreignKeys.set(keyOf(ref), { resourceVersion, keys });
  }

  forgetTarget(ref: ObjectRef): void {
    this.#targets.delete(keyOf(ref));
    this.#foreignKeys.delete(keyOf(ref));
  }
}

const NONE: ReadonlySet<string> = new Set();

/** Versions are decimal numbers; where they aren't, only being equal tells something, so what came last counts. */
function isNewer(a: string, b: string | undefined): boolean {
  return Number(a) > Number(b ?? 0);
}
