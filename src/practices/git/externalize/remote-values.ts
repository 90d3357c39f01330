import { KustodyError } from "../../../kernel/errors.ts";
import type { Secret } from "../../../kernel/secret/secret.ts";
import { disposeRead } from "../../../kernel/stores/read-through/copy-read.ts";
import { isStoreError, type Read, type Ref, type Store, type StoreError } from "../../../kernel/stores/store.ts";
import { decodeValue } from "../../../kernel/stores/value/decode-value.ts";
import { extractObject } from "../../../kernel/stores/value/extract.ts";
import type { MovableSecret } from "./model.ts";

/** What is under a Secret's remote key, as against what would be written there. */
export type RemoteState =
  | { readonly is: "missing" | "same" }
  /** Names of entries that have another value, are missing, or are there besides. */
  | { readonly is: "different"; readonly entries: readonly string[] }
  | { readonly is: "unknown"; readonly message: string };

/** Reads the remote keys of Secrets. One that cannot be read stops no other. */
export async function remoteStates(
  store: Store,
  secrets: readonly MovableSecret[],
  signal: AbortSignal,
): Promise<readonly RemoteState[]> {
  const refs = secrets.map(({ key }): Ref => ({ key }));
  const reads = await store.read(refs, new Map(), signal);
  return secrets.map((secret, index) => stateOf(secret, reads.get(refs[index] as Ref)));
}

function stateOf(secret: MovableSecret, read: Read | undefined): RemoteState {
  if (read === undefined || read === "unchanged") return { is: "unknown", message: "the store did not answer" };
  if (isStoreError(read)) return read.error === "missing" ? { is: "missing" } : { is: "unknown", message: told(read) };
  try {
    const entries = differing(secret, read.value);
    return entries.length === 0 ? { is: "same" } : { is: "different", entries };
  } finally {
    disposeRead(read);
  }
}

/** As the operator will read it: entry by entry, however the store writes its JSON. */
function differing({ entries, encoding }: MovableSecret, value: Secret): readonly string[] {
  let remote: Map<string, Secret>;
  try {
    remote = extractObject(value);
  } catch (error) {
    if (!(error instanceof KustodyError)) throw error;
    return ["the whole: it is no JSON object"];
  }
  const names = new Set([...entries.keys(), ...remote.keys()]);
  const different = [...names].filter((name) => !isSame(entries.get(name)?.value, remote.get(name), encoding));
  for (const secret of remote.values()) secret.dispose();
  return different.toSorted();
}

function isSame(own: Secret | undefined, remote: Secret | undefined, encoding: MovableSecret["encoding"]): boolean {
  if (own === undefined || remote === undefined) return false;
  if (encoding === "text") return own.equals(remote);
  try {
    using decoded = decodeValue(remote, "Base64");
    return own.equals(decoded);
  } catch (error) {
    if (error instanceof KustodyError) return false;
    throw error;
  }
}

/**
 * Writes a Secret's value where there is none, and reads it back. Undefined when it is there, byte for byte; else what
 * went wrong: then it may be there or not, and another run will see.
 */
export async function writeAndVerify(
  store: Store,
  secret: MovableSecret,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (store.write === undefined) return "the store cannot be written to: write the value yourself, and run this again";
  const written = await store.write({ key: secret.key }, secret.value, { ifAbsent: true }, signal);
  // Whoever was faster may have written the same: another manifest of this Secret, or a run at the same time.
  if (typeof written !== "string" && written.error !== "conflict") return `it was not written: ${told(written)}`;
  const [state] = await remoteStates(store, [secret], signal);
  if (state?.is === "same") return undefined;
  if (typeof written !== "string") return `it was not written: ${told(written)}`;
  return state?.is === "unknown"
    ? `it could not be read back: ${state.message}`
    : "what was read back is not what was written";
}

function told({ error, message }: StoreError): string {
  return `${error}: ${message}`;
}
