import { seal, unseal } from "../../crypto/aead.ts";
import { KustodyError, toKustodyError } from "../../errors.ts";
import type { Secret } from "../../secret/secret.ts";
import { fileStamp } from "../../stores/local/local-file.ts";
import type { Wrapped, WrappingKey } from "../wrapping-key.ts";
import { LOCAL_KEY_ID } from "./change-local-keys.ts";
import { activeKey, disposeLocalKeys, type LocalKeys } from "./local-keys.ts";
import { loadLocalKeys } from "./local-keys-file.ts";

export interface LocalKeyOptions {
  readonly file: string;
  readonly passphrase?: Secret;
}

const CONTEXT = Buffer.from("kustody kms kek 1");

/**
 * The keys of a local file. Every `wrap`, and every `unwrap` with a key that is not known, looks whether the file has
 * changed: that is how a rotation is noticed. A file that is damaged or gone counts as a key service that is unreachable:
 * what is known stays known until it says otherwise. Errors at the start: KST_KEY_FILE.
 */
export async function openLocalKey({ file, passphrase }: LocalKeyOptions): Promise<WrappingKey> {
  let stamp = await fileStamp(file);
  let keys: LocalKeys = await loadLocalKeys(file, passphrase);
  /** Taken at once: one wipes only what nobody holds any more. */
  const replace = (next: LocalKeys): void => {
    const old = keys;
    keys = next;
    disposeLocalKeys(old);
  };
  const reload = async (): Promise<void> => {
    try {
      const now = await fileStamp(file);
      if (now === stamp) return;
      replace(await loadLocalKeys(file, passphrase));
      stamp = now;
    } catch (error) {
      const { message, hint } = toKustodyError(error);
      throw new KustodyError("KST_KEY_UNREACHABLE", message, {
        ...(hint === undefined ? {} : { hint }),
        retry: "backoff",
        cause: error,
      });
    }
  };
  let reloading: Promise<void> = Promise.resolve();
  const refresh = (): Promise<void> => {
    reloading = reloading.then(reload, reload);
    return reloading;
  };
  const find = (keyId: string) => keys.keys.find(({ id }) => `${LOCAL_KEY_ID}${id}` === keyId);

  return {
    name: `local://${file}`,
    async wrap(secret) {
      await refresh();
      const active = activeKey(keys);
      if (active === undefined) throw new TypeError("a file of local keys has an active one");
      return { keyId: `${LOCAL_KEY_ID}${active.id}`, bytes: seal(active.key, secret, CONTEXT) };
    },
    async unwrap({ keyId, bytes }: Wrapped) {
      if (find(keyId) === undefined) await refresh();
      const found = find(keyId);
      const secret = found === undefined ? undefined : unseal(found.key, bytes, CONTEXT);
      if (secret !== undefined) return secret;
      const why = found === undefined ? "is not in the file" : "did not wrap this";
      throw new KustodyError("KST_KEY_MISMATCH", `the local key ${keyId.slice(0, 60)} ${why}`, {
        hint: `copy the file with all keys to ${file}: it is the same on every control-plane node`,
      });
    },
    owns: (keyId) => /^local\.[0-9a-f]{32}$/.test(keyId),
    async close() {
      disposeLocalKeys(keys);
    },
  };
}
