import { KustodyError, toKustodyError } from "../../errors.ts";
import type { Clock } from "../../observe/clock.ts";
import type { Secret } from "../../secret/secret.ts";
import { copySecret } from "../copy-secret.ts";
import { namePattern } from "../name-pattern.ts";
import { refuseKey } from "../refuse-key.ts";
import type { Read, Ref, Store, StoreError, Version, WriteCondition } from "../store.ts";
import { fileChanges } from "./file-changes.ts";
import { changedKeys, newestOf, withoutKey, withValue } from "./local-change.ts";
import { fileStamp, loadLocalFile, saveLocalFile } from "./local-file.ts";
import { disposeContent, emptyContent, type LocalContent } from "./local-format.ts";
import { parseLocalKey, readLocalKey } from "./local-key.ts";
import { lockLocalStore } from "./local-lock.ts";

export interface LocalStoreOptions {
  /** The encrypted file. It need not exist; its folder must. */
  readonly file: string;
  /** The key as base64 (KUSTODY_LOCAL_KEY); without it, the key is in `<file>.key`. */
  readonly key?: Secret;
  readonly clock: Clock;
}

/** A value of a local store: 1 MiB, what a Kubernetes Secret can hold. */
const LARGEST_VALUE = 1024 * 1024;
const MISSING: StoreError = { error: "missing", message: "the local store has no such key and version" };
const NO_METADATA: StoreError = { error: "invalid", message: "the local store has no metadata" };

/**
 * A manager in one encrypted file, for a single machine. Every read looks whether the file changed; a damaged file is an
 * error to writers and to `validate`, while readers keep the last good state.
 */
export async function openLocalStore({ file, key: given, clock }: LocalStoreOptions): Promise<Store> {
  const exists = (await fileStamp(file)) !== undefined;
  const key =
    given === undefined ? await readLocalKey(`${file}.key`, !exists) : parseLocalKey(given, "KUSTODY_LOCAL_KEY");
  let content: LocalContent = emptyContent;
  let stamp: string | undefined;
  let damage: KustodyError | undefined;

  /** Loads the file if it changed. Values that were handed out are copies, so the old state can be wiped. */
  const reload = async (): Promise<void> => {
    try {
      const now = await fileStamp(file);
      if (now === stamp && damage === undefined) return;
      const loaded = now === undefined ? emptyContent : await loadLocalFile(file, key);
      disposeContent(content);
      content = loaded;
      stamp = now;
      damage = undefined;
    } catch (error) {
      damage = toKustodyError(error);
    }
  };
  let reloading = Promise.resolve();
  /** One after the other, and never joined: who asks sees what was written before. */
  const refresh = (): Promise<void> => {
    reloading = reloading.then(reload);
    return reloading;
  };
  await refresh();
  if (damage !== undefined) throw damage;

  /** Changes the file under its lock, from its newest state; an error from `make` leaves everything as it was. */
  const change = async <T>(
    signal: AbortSignal,
    make: (from: LocalContent) => { to: LocalContent; result: T } | StoreError,
  ): Promise<T | StoreError> => {
    try {
      const lock = await lockLocalStore(`${file}.lock`, clock, signal);
      try {
        const from = (await fileStamp(file)) === undefined ? emptyContent : await loadLocalFile(file, key);
        const made = make(from);
        try {
          if ("error" in made) return made;
          await saveLocalFile(file, key, made.to, () => lock.isHeld());
        } finally {
          disposeContent(from);
          if ("to" in made) disposeContent(made.to);
        }
        await refresh();
        return made.result;
      } finally {
        await lock.release();
      }
    } catch (error) {
      signal.throwIfAborted();
      const { message, retry } = toKustodyError(error);
      return { error: retry === "never" ? "invalid" : "unavailable", message };
    }
  };

  return {
    async read(refs, known, signal) {
      signal.throwIfAborted();
      await refresh();
      signal.throwIfAborted();
      return new Map(refs.map((ref) => [ref, readOne(content, ref, known.get(ref))]));
    },
    async validate(signal) {
      signal.throwIfAborted();
      await refresh();
      return damage === undefined ? undefined : { error: "unavailable", message: damage.message };
    },
    async *find({ name, path: folder, tags }, signal) {
      if (tags !== undefined) {
        throw new KustodyError("KST_STORE_QUERY", "the local store has no tags", { hint: "use find.name.regexp" });
      }
      const matches = namePattern(name ?? "");
      const prefix = folder === undefined ? "" : `${folder.replace(/\/+$/, "")}/`;
      await refresh();
      for (const one of [...content.keys.keys()].sort()) {
        signal.throwIfAborted();
        if (one.startsWith(prefix) && matches(one)) yield { key: one };
      }
    },
    async write(ref, value, condition, signal) {
      const refused = refuseKey(ref.key) ?? refuseValue(value);
      if (refused !== undefined) return refused;
      return await change<Version>(signal, (from) => {
        const clash = refuseCondition(newestOf(from, ref.key)?.revision, condition);
        if (clash !== undefined) return clash;
        const to = withValue(from, ref.key, value, clock.now());
        return { to, result: String(to.revision) };
      });
    },
    async remove(ref, signal) {
      return await change<undefined>(signal, (from) =>
        from.keys.has(ref.key) ? { to: withoutKey(from, ref.key), result: undefined } : MISSING,
      );
    },
    async *versions(wanted, signal) {
      await refresh();
      for (const { revision } of content.keys.get(wanted)?.toReversed() ?? []) {
        signal.throwIfAborted();
        yield String(revision);
      }
    },
    async *watch(signal) {
      await refresh();
      let before = content;
      for await (const changed of fileChanges(file, signal)) {
        void changed;
        await refresh();
        const keys = changedKeys(before, content);
        before = content;
        for (const one of keys) yield { key: one };
      }
    },
    async close() {
      disposeContent(content);
      content = emptyContent;
      key.dispose();
    },
  };
}

function readOne(content: LocalContent, ref: Ref, known: Version | undefined): Read {
  if (ref.part === "metadata") return NO_METADATA;
  const found =
    ref.version === undefined
      ? newestOf(content, ref.key)
      : content.keys.get(ref.key)?.find(({ revision }) => String(revision) === ref.version);
  if (found === undefined) return MISSING;
  const version = String(found.revision);
  return version === known ? "unchanged" : { value: copySecret(found.value), version };
}

function refuseValue(value: Secret): StoreError | undefined {
  if (value.size <= LARGEST_VALUE) return undefined;
  return { error: "invalid", message: `a value of the local store has at most ${LARGEST_VALUE} bytes` };
}

function refuseCondition(revision: number | undefined, condition: WriteCondition | undefined): StoreError | undefined {
  if (condition === undefined) return undefined;
  const holds = "ifAbsent" in condition ? revision === undefined : String(revision) === condition.ifVersion;
  return holds ? undefined : { error: "conflict", message: "the key was changed by somebody else" };
}
