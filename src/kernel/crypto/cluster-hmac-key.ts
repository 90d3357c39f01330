import { KustodyError } from "../errors.ts";
import type { Secret } from "../secret/secret.ts";
import type { SecretRecord } from "../secret/secret-record.ts";
import { createHmacKey, HMAC_KEY_BYTES } from "./hmac-key.ts";

const ENTRY = "hmac.key";
const RACES = 5;

/**
 * The cluster's HMAC key: that of the record, or a new one that is put there. Replicas that start at once agree on one.
 * A key that is there but too short is not replaced: fingerprints that were made with it would no longer compare.
 *
 * Errors: KST_HMAC_KEY_INVALID; whatever the record gives.
 *
 * @example
 * const key = await clusterHmacKey(kubeSecretRecord(kube, { namespace, name: "kustody-hmac", fieldManager: "kustody" }));
 */
export async function clusterHmacKey(record: SecretRecord, signal?: AbortSignal): Promise<Secret> {
  for (let race = 1; ; race++) {
    const stored = await record.read(signal);
    if (stored !== undefined) return usable(stored.data[ENTRY], record.name);
    const key = createHmacKey();
    try {
      await record.write({ [ENTRY]: key }, undefined, signal);
      return key;
    } catch (error) {
      key.dispose();
      const lost = error instanceof KustodyError && error.code === "KST_RECORD_CONFLICT";
      if (!lost || race === RACES) throw error;
    }
  }
}

function usable(key: Secret | undefined, name: string): Secret {
  if (key !== undefined && key.size >= HMAC_KEY_BYTES) return key;
  const what = key === undefined ? `it has no ${ENTRY}` : `${ENTRY} has fewer than ${HMAC_KEY_BYTES} bytes`;
  throw new KustodyError("KST_HMAC_KEY_INVALID", `the Secret ${name} cannot be used: ${what}`, {
    hint: "restore it from a backup, or delete it: a new key is made, and stored fingerprints are computed anew",
  });
}
