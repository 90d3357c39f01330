import { createHash, randomBytes } from "node:crypto";
import { seal, unseal } from "../../crypto/aead.ts";
import { deriveKey } from "../../crypto/derive-key.ts";
import { PASSPHRASE_COST, PASSPHRASE_SALT, passphraseKey } from "../../crypto/passphrase-key.ts";
import { Secret } from "../../secret/secret.ts";
import type { LocalKey, LocalKeyState, LocalKeys } from "./local-keys.ts";

const HEAD = "kustody-kms-keys 1";
const KEY_BYTES = 32;
/** Between what is too cheap to guess against and 1 GiB of memory. */
const COSTS = { min: 14, max: 20 };
const MOST_KEYS = 1000;
const KEY_LINE =
  /^key ([0-9a-f]{32}) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) (staged|active|retired) ([A-Za-z0-9+/]+={0,2})$/;

/** Why a file's content cannot be used, in words for a message; or the keys. */
export type ReadLocalKeys = { readonly keys: LocalKeys } | { readonly wrong: string };

/**
 * Text, one line each: the head; `scrypt COST SALT` where a passphrase protects the keys; `key ID CREATED STATE BYTES` for
 * each key, oldest first; `end SHA256` over all before it, which tells a file that was not wholly written or copied. A door.
 */
export async function readLocalKeys(content: Secret, passphrase: Secret | undefined): Promise<ReadLocalKeys> {
  const text = content.unwrap().toString("latin1");
  const [, body = "", sum] = /^([^]*\n)end ([0-9a-f]{64})\n$/.exec(text) ?? [];
  if (!text.startsWith(`${HEAD}\n`)) return { wrong: "is not a file of local keys" };
  if (sum === undefined) return { wrong: "has no end: it was not wholly written or copied" };
  if (createHash("sha256").update(body, "latin1").digest("hex") !== sum) return { wrong: "is damaged" };
  const lines = body.trimEnd().split("\n").slice(1);
  const [, cost, salt] = /^scrypt (\d{1,2}) ([A-Za-z0-9+/=]{44})$/.exec(lines[0] ?? "") ?? [];
  if (cost !== undefined) lines.shift();
  if (cost === undefined && passphrase !== undefined) return { wrong: "is not protected by a passphrase" };
  if (cost !== undefined && passphrase === undefined)
    return { wrong: "is protected by a passphrase, and none was given" };
  if (cost !== undefined && (Number(cost) < COSTS.min || Number(cost) > COSTS.max)) return { wrong: "is damaged" };
  using protection =
    cost === undefined || passphrase === undefined
      ? undefined
      : await passphraseKey(passphrase, Buffer.from(salt ?? "", "base64"), Number(cost));
  const keys: LocalKey[] = [];
  for (const line of lines) {
    const key = readLine(line, protection);
    if (key === undefined)
      return { wrong: protection === undefined ? "is damaged" : "has another passphrase, or is damaged" };
    keys.push(key);
  }
  return isWhole(keys) ? { keys: { keys } } : { wrong: "does not have exactly one active key" };
}

function readLine(line: string, protection: Secret | undefined): LocalKey | undefined {
  const [, id = "", createdAt = "", state, bytes = ""] = KEY_LINE.exec(line) ?? [];
  if (state === undefined) return undefined;
  const decoded = Buffer.from(bytes, "base64");
  const key = protection === undefined ? Secret.fromBytes(decoded) : unseal(protection, decoded, Buffer.from(id));
  if (key === undefined || key.size !== KEY_BYTES || localKeyId(key) !== id) return undefined;
  return { id, createdAt, state: state as LocalKeyState, key };
}

function isWhole(keys: readonly LocalKey[]): boolean {
  const count = (state: LocalKeyState): number => keys.filter((key) => key.state === state).length;
  const isUnique = new Set(keys.map(({ id }) => id)).size === keys.length;
  return count("active") === 1 && count("staged") <= 1 && isUnique && keys.length <= MOST_KEYS;
}

/** The file's content; with a passphrase the keys in it are sealed, each for its own id. A door. */
export async function writeLocalKeys({ keys }: LocalKeys, passphrase: Secret | undefined): Promise<Secret> {
  const salt = randomBytes(PASSPHRASE_SALT);
  using protection = passphrase === undefined ? undefined : await passphraseKey(passphrase, salt, PASSPHRASE_COST);
  const lines = keys.map(({ id, createdAt, state, key }) => {
    const bytes = protection === undefined ? key.unwrap() : seal(protection, key, Buffer.from(id));
    return `key ${id} ${createdAt} ${state} ${bytes.toString("base64")}\n`;
  });
  const scrypt = protection === undefined ? "" : `scrypt ${PASSPHRASE_COST} ${salt.toString("base64")}\n`;
  const body = `${HEAD}\n${scrypt}${lines.join("")}`;
  return Secret.fromText(`${body}end ${createHash("sha256").update(body).digest("hex")}\n`);
}

/** A new key. */
export function createLocalKey(state: LocalKeyState, now: number): LocalKey {
  const key = Secret.fromBytes(randomBytes(KEY_BYTES));
  return { id: localKeyId(key), createdAt: new Date(now).toISOString(), state, key };
}

function localKeyId(key: Secret): string {
  using derived = deriveKey(key, "kustody kms key id", new Uint8Array());
  return derived.unwrap().toString("hex").slice(0, 32);
}
