import type { KMSClient, KMSClientConfig } from "@aws-sdk/client-kms";
import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import { checkParameters, type KeyUri, wrongKeyUri } from "../key-uri.ts";
import type { WrappingKey } from "../wrapping-key.ts";

const PREFIX = "aws-kms.";
const ARN = /^arn:aws[\w-]*:kms:([a-z0-9-]+):\d{12}:key\/[\w-]{1,128}$/;
const PLACE =
  /^(?:arn:aws[\w-]*:kms:([a-z0-9-]+):\d{12}:(?:key|alias)\/[\w/-]{1,250}|alias\/[\w/-]{1,250}|[\w-]{1,128})$/;

/** Errors of AWS by which the key, or we, are not to be used; all others may pass. */
const REFUSED = new Set(
  "AccessDeniedException DisabledException InvalidKeyUsageException KMSInvalidStateException NotFoundException UnrecognizedClientException InvalidClientTokenId InvalidSignatureException".split(
    " ",
  ),
);
/** States of a key that only somebody's doing ends. */
const UNUSABLE = new Set(["Disabled", "PendingDeletion", "PendingImport", "PendingReplicaDeletion"]);
const MISMATCH = new Set(["InvalidCiphertextException", "IncorrectKeyException"]);

/**
 * A symmetric key of AWS KMS. It takes kms:DescribeKey, kms:Encrypt and kms:Decrypt. A key id names the key's ARN and, where
 * AWS tells it, the key material, so that automatic rotation shows. An alias that points to another key encrypts with that;
 * what the key before encrypted needs it as --decrypt-key. Errors: KST_KEY_URI.
 */
export async function openAwsKms(uri: KeyUri): Promise<WrappingKey> {
  checkParameters(uri, (name) => name === "region" || name === "endpoint" || /^context\../.test(name));
  const match = PLACE.exec(uri.place);
  if (match === null)
    throw wrongKeyUri(`${uri.scheme}://${uri.place}`, "write the ARN of a key or alias, or alias/NAME");
  const { KMSClient, DescribeKeyCommand, EncryptCommand, DecryptCommand } = await import("@aws-sdk/client-kms");
  const client = new KMSClient(clientConfig(uri, match[1]));
  const name = `aws-kms://${uri.place}`;
  const EncryptionContext = contextOf(uri);
  /** Of keys that this one is or was; empty until AWS told. */
  const arns = new Set<string>(ARN.test(uri.place) ? [uri.place] : []);

  const resolve = async (abortSignal: AbortSignal): Promise<{ arn: string; material: string | undefined }> => {
    const reply = await send(name, () => client.send(new DescribeKeyCommand({ KeyId: uri.place }), { abortSignal }));
    const { Arn: arn = "", CurrentKeyMaterialId: material, KeyState: state = "" } = reply.KeyMetadata ?? {};
    if (!ARN.test(arn)) throw new KustodyError("KST_KEY_REFUSED", `${name} is not a key of AWS KMS`);
    if (UNUSABLE.has(state)) {
      throw new KustodyError("KST_KEY_REFUSED", `${name} is in the state ${state}`, { hint: "enable the key" });
    }
    arns.add(arn);
    return { arn, material };
  };

  return {
    name,
    async wrap(secret, abortSignal) {
      const { arn, material } = await resolve(abortSignal);
      const input = { KeyId: arn, Plaintext: plaintextOf(secret), EncryptionContext };
      const { CiphertextBlob } = await send(name, () => client.send(new EncryptCommand(input), { abortSignal }));
      if (CiphertextBlob === undefined) throw new KustodyError("KST_KEY_MISMATCH", `${name} gave no ciphertext`);
      const suffix = material === undefined ? "" : `.${material.slice(0, 32)}`;
      return { keyId: `${PREFIX}${arn}${suffix}`, bytes: Buffer.from(CiphertextBlob) };
    },
    async unwrap({ keyId, bytes }, abortSignal) {
      const arn = arnOf(keyId);
      if (!arns.has(arn)) await resolve(abortSignal);
      if (!arns.has(arn)) {
        throw new KustodyError("KST_KEY_MISMATCH", `${name} is another key than the key_id names`, {
          hint: "give the key that encrypted this with --decrypt-key",
        });
      }
      const input = { KeyId: arn, CiphertextBlob: bytes, EncryptionContext };
      const { Plaintext } = await send(name, () => client.send(new DecryptCommand(input), { abortSignal }));
      if (Plaintext === undefined) throw new KustodyError("KST_KEY_MISMATCH", `${name} gave no plaintext`);
      return Secret.fromBytes(Plaintext);
    },
    owns: (keyId) => keyId.startsWith(PREFIX) && (arns.size === 0 || arns.has(arnOf(keyId))),
    close: () => destroy(client),
  };
}

/** The ARN in a key id, without the key material. */
function arnOf(keyId: string): string {
  return keyId.slice(PREFIX.length).replace(/\.[0-9a-f]+$/, "");
}

/** A door: AWS is to encrypt it. */
function plaintextOf(secret: Secret): Uint8Array {
  return secret.unwrap();
}

function clientConfig(uri: KeyUri, regionOfArn: string | undefined): KMSClientConfig {
  const region = uri.parameters.get("region") ?? regionOfArn;
  const endpoint = uri.parameters.get("endpoint");
  return {
    maxAttempts: 2,
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

/** What was given as context.NAME, and what says that this is a KEK of ours. */
function contextOf(uri: KeyUri): Record<string, string> {
  const given = [...uri.parameters].filter(([name]) => name.startsWith("context."));
  return { "kustody.dev/purpose": "kek", ...Object.fromEntries(given.map(([name, value]) => [name.slice(8), value])) };
}

async function send<T>(name: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    const error = cause as { name?: string; message?: string };
    const kind = error.name ?? "Error";
    const message = `${name}: ${kind}: ${(error.message ?? "").replaceAll(/\s+/g, " ").slice(0, 300)}`;
    if (MISMATCH.has(kind)) throw new KustodyError("KST_KEY_MISMATCH", message, { cause });
    if (!REFUSED.has(kind)) throw new KustodyError("KST_KEY_UNREACHABLE", message, { retry: "backoff", cause });
    throw new KustodyError("KST_KEY_REFUSED", message, {
      hint: "check that the key is enabled, and that kms:DescribeKey, kms:Encrypt and kms:Decrypt are allowed",
      cause,
    });
  }
}

async function destroy(client: KMSClient): Promise<void> {
  client.destroy();
}
