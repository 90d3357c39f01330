import { KustodyError } from "../../errors.ts";
import type { Clock } from "../../observe/clock.ts";
import type { Secret } from "../../secret/secret.ts";
import { fileStamp } from "../../stores/local/local-file.ts";
import { lockLocalStore } from "../../stores/local/local-lock.ts";
import { activated, activeKey, disposeLocalKeys, type LocalKeys, stagedKey } from "./local-keys.ts";
import { loadLocalKeys, saveLocalKeys } from "./local-keys-file.ts";
import { createLocalKey } from "./local-keys-format.ts";

export interface LocalKeyFiles {
  readonly file: string;
  /** A second copy, on another disk: without it a broken disk takes every Secret of the cluster with it. */
  readonly recovery: string;
  readonly passphrase?: Secret;
  readonly clock: Clock;
}

/** Key ids as they will stand in etcd. */
export interface LocalKeyIds {
  readonly active: string;
  readonly staged: string | undefined;
}

/** Prefix of a local key's id in etcd. */
export const LOCAL_KEY_ID = "local.";

/**
 * Creates the first key, in the recovery copy first and then in the file: neither may exist. Errors: KST_KEY_FILE.
 */
export async function initLocalKeys({ file, recovery, passphrase, clock }: LocalKeyFiles): Promise<LocalKeyIds> {
  refuseSame(file, recovery);
  const keys: LocalKeys = { keys: [createLocalKey("active", clock.now())] };
  try {
    await saveLocalKeys(recovery, keys, passphrase, false);
    await saveLocalKeys(file, keys, passphrase, false);
    return idsOf(keys);
  } finally {
    disposeLocalKeys(keys);
  }
}

/**
 * The first of two phases of a rotation: a new key that decrypts only. Copy the file to every control-plane node before
 * `activateLocalKey`. A key that is staged already stays the one. Errors: KST_KEY_FILE, KST_LOCAL_STORE_BUSY.
 */
export async function stageLocalKey(files: LocalKeyFiles): Promise<LocalKeyIds> {
  return await change(files, (from) =>
    stagedKey(from) === undefined ? { keys: [...from.keys, createLocalKey("staged", files.clock.now())] } : from,
  );
}

/**
 * The second phase: the staged key encrypts from now on, and the one before decrypts only. Running plugins notice within
 * seconds. Errors: KST_KEY_FILE when nothing is staged.
 */
export async function activateLocalKey(files: LocalKeyFiles): Promise<LocalKeyIds> {
  return await change(files, (from) => {
    if (stagedKey(from) !== undefined) return activated(from);
    throw new KustodyError("KST_KEY_FILE", `no key is staged in ${files.file}`, {
      hint: "run 'kustody kms key rotate' first, and copy the file to every control-plane node",
    });
  });
}

/** Both files get the new state, the recovery copy first: no key encrypts anything before it is in two places. */
async function change(
  { file, recovery, passphrase, clock }: LocalKeyFiles,
  to: (from: LocalKeys) => LocalKeys,
): Promise<LocalKeyIds> {
  refuseSame(file, recovery);
  const lock = await lockLocalStore(`${file}.lock`, clock, AbortSignal.timeout(30_000)).catch((cause: unknown) => {
    if (cause instanceof KustodyError) throw cause;
    throw new KustodyError("KST_KEY_FILE", `cannot write beside ${file}`, {
      hint: "check that the folder exists and has room",
      cause,
    });
  });
  try {
    const from = await loadLocalKeys(file, passphrase);
    await refuseForeign(recovery, from, passphrase);
    const next = to(from);
    try {
      await saveLocalKeys(recovery, next, passphrase, true);
      await saveLocalKeys(file, next, passphrase, true);
      return idsOf(next);
    } finally {
      disposeLocalKeys(next);
      disposeLocalKeys(from);
    }
  } finally {
    await lock.release();
  }
}

/** What stands in the recovery copy's place is replaced only if nothing is lost by it. */
async function refuseForeign(recovery: string, from: LocalKeys, passphrase: Secret | undefined): Promise<void> {
  if ((await fileStamp(recovery)) === undefined) return;
  const there = await loadLocalKeys(recovery, passphrase);
  const isOurs = there.keys.every((one) => from.keys.some(({ id }) => id === one.id));
  disposeLocalKeys(there);
  if (isOurs) return;
  throw new KustodyError("KST_KEY_FILE", `${recovery} has keys that the file of keys does not have`, {
    hint: "name the recovery copy of this file, or a file that is not there yet",
  });
}

function refuseSame(file: string, recovery: string): void {
  if (file !== recovery) return;
  throw new KustodyError("KST_KEY_FILE", "the recovery copy must be another file", { hint: "put it on another disk" });
}

function idsOf(keys: LocalKeys): LocalKeyIds {
  const staged = stagedKey(keys);
  return {
    active: `${LOCAL_KEY_ID}${activeKey(keys)?.id}`,
    staged: staged === undefined ? undefined : `${LOCAL_KEY_ID}${staged.id}`,
  };
}
