import { randomBytes } from "node:crypto";
import { Secret } from "../secret/secret.ts";
import type { Version } from "./store.ts";

/**
 * Names versions for stores that don't: a keyed hash of the value. The key is random per store opened, so the name tells
 * nothing to who reads it, and a value is simply read again after a restart.
 */
export function versionsByValue(): (value: Secret) => Version {
  const key = Secret.fromBytes(randomBytes(32));
  return (value) => value.fingerprint(key).toString("base64url");
}
