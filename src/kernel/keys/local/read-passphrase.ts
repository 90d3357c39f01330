import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import { trimmed } from "../../stores/vault/vault-login.ts";
import { readPrivateFile } from "./local-keys-file.ts";

/** Bytes that a passphrase needs at least: scrypt makes guessing slow, not impossible. */
const SHORTEST = 12;

/** The passphrase in a file, without a line end. Errors: KST_KEY_FILE. */
export async function readPassphrase(file: string | undefined): Promise<Secret | undefined> {
  if (file === undefined) return undefined;
  using content = await readPrivateFile(file, "the passphrase");
  const passphrase = Secret.fromBytes(Uint8Array.from(trimmed(content)));
  if (passphrase.size >= SHORTEST) return passphrase;
  passphrase.dispose();
  throw new KustodyError("KST_KEY_FILE", `the passphrase in ${file} is too short`, {
    hint: `take one of at least ${SHORTEST} characters, such as: openssl rand -base64 24`,
  });
}
