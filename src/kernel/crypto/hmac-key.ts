import { randomBytes } from "node:crypto";
import { Secret } from "../secret/secret.ts";

/** As long as the hash's output, below which RFC 2104 §3 sees the strength fall. */
export const HMAC_KEY_BYTES = 32;

/**
 * A fresh key for `Secret.fingerprint`. Which key serves what:
 * - random per run (this one, kept in memory): matching values that one command sees, such as a value found in a file
 *   against the cluster. Nothing that carries such a fingerprint may outlive the run.
 * - cluster key (see `clusterHmacKey`, kept in one Kubernetes Secret): fingerprints that compare across runs and replicas.
 */
export function createHmacKey(): Secret {
  return Secret.fromBytes(randomBytes(HMAC_KEY_BYTES));
}
