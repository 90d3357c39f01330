import type { KeyManagementServiceClient } from "@google-cloud/kms";
import { type ErrorCode, KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import { checkParameters, type KeyUri, wrongKeyUri } from "../key-uri.ts";
import { untilAborted } from "../until-aborted.ts";
import type { WrappingKey } from "../wrapping-key.ts";
import { crc32c } from "./crc32c.ts";
import { gcpCallError, gcpLoginError } from "./gcp-error.ts";

const PLACE = /^projects\/([\w.:-]{1,60})\/locations\/[\w-]{1,40}\/keyRings\/[\w-]{1,63}\/cryptoKeys\/[\w-]{1,63}$/;
const PREFIX = "gcp-kms.";
/** One try, which ends by itself some time after nobody waits for it any more. */
const ONE_TRY = { retry: null, timeout: 5_000 };

/**
 * A symmetric key of Google Cloud KMS. It takes cloudkms.cryptoKeyVersions.useToEncrypt and useToDecrypt. The primary version
 * wraps; a key id is the version's name, of which Google gives none twice. What goes back and forth is checked by CRC32C.
 * Errors: KST_KEY_URI.
 */
export async function openGcpKms(uri: KeyUri): Promise<WrappingKey> {
  checkParameters(uri, (name) => /^context\../.test(name));
  const name = `gcp-kms://${uri.place}`;
  const projectId = PLACE.exec(uri.place)?.[1];
  if (projectId === undefined) {
    throw wrongKeyUri(name, "write gcp-kms://projects/P/locations/L/keyRings/R/cryptoKeys/K");
  }
  const { KeyManagementServiceClient: Client } = await import("@google-cloud/kms");
  const versions = `${uri.place}/cryptoKeyVersions/`;
  const additionalAuthenticatedData = contextOf(uri);
  const additionalAuthenticatedDataCrc32c = { value: crc32c(additionalAuthenticatedData) };
  let client: KeyManagementServiceClient | undefined;

  /** Logs in apart from the call, where a refusal can be told from an outage. A client that couldn't once never tries again. */
  const loggedIn = async (): Promise<KeyManagementServiceClient> => {
    // Unless it is told a project, it looks for one for seconds, with gcloud and at metadata servers.
    client ??= new Client({ projectId });
    try {
      const login = await client.auth.getClient();
      await login.getRequestHeaders("https://cloudkms.googleapis.com/");
      return client;
    } catch (thrown) {
      client = undefined;
      throw gcpLoginError(name, thrown);
    }
  };
  const send = async <T>(
    signal: AbortSignal,
    otherwise: ErrorCode,
    call: (client: KeyManagementServiceClient) => Promise<[T, ...unknown[]]>,
  ): Promise<T> => {
    try {
      const [reply] = await untilAborted(signal, loggedIn().then(call));
      return reply;
    } catch (thrown) {
      throw thrown instanceof KustodyError ? thrown : gcpCallError(name, thrown, otherwise);
    }
  };
  const damaged = (): KustodyError =>
    new KustodyError("KST_KEY_UNREACHABLE", `${name}: a request or its answer was damaged on the way`, {
      retry: "backoff",
    });

  return {
    name,
    async wrap(secret, signal) {
      const plaintext = plaintextOf(secret);
      const request = {
        name: uri.place,
        plaintext,
        plaintextCrc32c: { value: crc32c(plaintext) },
        additionalAuthenticatedData,
        additionalAuthenticatedDataCrc32c,
      };
      const reply = await send(signal, "KST_KEY_REFUSED", (one) => one.encrypt(request, ONE_TRY));
      const bytes = Buffer.from((reply.ciphertext ?? "") as Uint8Array);
      const isVerified =
        reply.verifiedPlaintextCrc32c === true && reply.verifiedAdditionalAuthenticatedDataCrc32c === true;
      if (!isVerified || !isSum(reply.ciphertextCrc32c, bytes)) throw damaged();
      const keyId = `${PREFIX}${reply.name ?? ""}`;
      if (versionIn(keyId) === undefined)
        throw new KustodyError("KST_KEY_MISMATCH", `${name} was encrypted with another key`);
      return { keyId, bytes };
    },
    async unwrap({ keyId, bytes: ciphertext }, signal) {
      if (versionIn(keyId) === undefined) {
        throw new KustodyError("KST_KEY_MISMATCH", `${name} is another key than the key_id names`);
      }
      const request = {
        name: uri.place,
        ciphertext,
        ciphertextCrc32c: { value: crc32c(ciphertext) },
        additionalAuthenticatedData,
        additionalAuthenticatedDataCrc32c,
      };
      const reply = await send(signal, "KST_KEY_MISMATCH", (one) => one.decrypt(request, ONE_TRY));
      const plaintext = reply.plaintext as Uint8Array;
      if (!isSum(reply.plaintextCrc32c, plaintext)) throw damaged();
      return Secret.fromBytes(plaintext);
    },
    owns: (keyId) => versionIn(keyId) !== undefined,
    close: async () => await client?.close(),
  };

  function versionIn(keyId: string): string | undefined {
    if (!keyId.startsWith(PREFIX + versions)) return undefined;
    return /^\d{1,12}$/.exec(keyId.slice(PREFIX.length + versions.length))?.[0];
  }
}

function isSum(sum: { readonly value?: unknown } | null | undefined, bytes: Uint8Array): boolean {
  return sum?.value !== undefined && Number(sum.value) === crc32c(bytes);
}

/** What was given as context.NAME, and what says that this is a KEK of ours, in one order. */
function contextOf(uri: KeyUri): Buffer {
  const given = [...uri.parameters].map(([name, value]) => [name.slice("context.".length), value]);
  return Buffer.from(
    JSON.stringify([["kustody.dev/purpose", "kek"], ...given].sort(([a = ""], [b = ""]) => (a < b ? -1 : 1))),
  );
}

/** A door: Cloud KMS is to encrypt it. */
function plaintextOf(secret: Secret): Uint8Array {
  return secret.unwrap();
}
