import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import { copySecret } from "../copy-secret.ts";
import { namePattern } from "../name-pattern.ts";
import { refuseKey } from "../refuse-key.ts";
import type { Read, Ref, Store, StoreError, Version, WriteCondition } from "../store.ts";
import { versionsByValue } from "../value-version.ts";
import type { FakeSpec } from "./fake-spec.ts";

interface Held {
  readonly value: Secret;
  readonly version: Version;
  /** Pushed at run time: only those may be overwritten or removed, as in ESO. */
  readonly isPushed: boolean;
}

const MISSING: StoreError = { error: "missing", message: "the fake store has no such key and version" };

/**
 * Values from the store object itself. As in ESO an entry is found under its exact version, and a ref without a version
 * finds the entry without one. Such entries get a version from a keyed hash of the value, the key random per process.
 */
export function openFakeStore(spec: FakeSpec): Store {
  const held = new Map<string, Held>();
  const versionOf = versionsByValue();
  for (const { key, value = "", version = "" } of spec.data ?? []) {
    const secret = Secret.fromText(value);
    held.set(placeOf(key, version), { value: secret, version: version || versionOf(secret), isPushed: false });
  }
  const readOne = (ref: Ref, known: Version | undefined): Read => {
    if (ref.part === "metadata") return { error: "invalid", message: "the fake store has no metadata" };
    const entry = held.get(placeOf(ref.key, ref.version ?? ""));
    if (entry === undefined) return MISSING;
    if (entry.version === known) return "unchanged";
    return { value: copySecret(entry.value), version: entry.version };
  };

  return {
    async read(refs, known, signal) {
      signal.throwIfAborted();
      return new Map(refs.map((ref) => [ref, readOne(ref, known.get(ref))]));
    },
    async validate(signal) {
      signal.throwIfAborted();
      return (spec.validationResult ?? 0) === 0 ? undefined : { error: "unavailable", message: "unable to validate" };
    },
    async *find({ name, path, tags }, signal) {
      if (path !== undefined || tags !== undefined) {
        throw new KustodyError("KST_STORE_QUERY", "the fake store finds keys by name only", {
          hint: "use find.name.regexp",
        });
      }
      const matches = namePattern(name ?? "");
      const keys = new Set([...held.keys()].map((place) => (JSON.parse(place) as [string, string])[0]));
      for (const key of keys) {
        signal.throwIfAborted();
        if (matches(key)) yield { key, ...newest(held, key) };
      }
    },
    async write(ref, value, condition, signal) {
      signal.throwIfAborted();
      const place = placeOf(ref.key, ref.version ?? "");
      const entry = held.get(place);
      const refused = refuseKey(ref.key) ?? refuseWrite(entry, condition);
      if (refused !== undefined) return refused;
      entry?.value.dispose();
      const copy = copySecret(value);
      const version = ref.version ?? versionOf(copy);
      held.set(place, { value: copy, version, isPushed: true });
      return version;
    },
    async remove(ref, signal) {
      signal.throwIfAborted();
      const place = placeOf(ref.key, ref.version ?? "");
      const entry = held.get(place);
      if (entry === undefined) return MISSING;
      if (!entry.isPushed) return { error: "denied", message: "this key is part of the store object" };
      entry.value.dispose();
      held.delete(place);
      return undefined;
    },
    async *versions(key, signal) {
      signal.throwIfAborted();
      for (const [place, { version }] of held) if ((JSON.parse(place) as [string, string])[0] === key) yield version;
    },
    async close() {
      for (const { value } of held.values()) value.dispose();
      held.clear();
    },
  };
}

function placeOf(key: string, version: string): string {
  return JSON.stringify([key, version]);
}

/** Which entry of a key `find` means: the one without a version, else the greatest version as text, as in ESO. */
function newest(held: ReadonlyMap<string, Held>, key: string): { version?: string } {
  if (held.has(placeOf(key, ""))) return {};
  const versions = [...held.keys()]
    .map((place) => JSON.parse(place) as [string, string])
    .filter(([name]) => name === key);
  return {
    version:
      versions
        .map(([, version]) => version)
        .sort()
        .at(-1) ?? "",
  };
}

function refuseWrite(entry: Held | undefined, condition: WriteCondition | undefined): StoreError | undefined {
  if (entry !== undefined && !entry.isPushed)
    return { error: "denied", message: "this key is part of the store object" };
  if (condition === undefined) return undefined;
  const holds = "ifAbsent" in condition ? entry === undefined : entry?.version === condition.ifVersion;
  return holds ? undefined : { error: "conflict", message: "the key was changed by somebody else" };
}
