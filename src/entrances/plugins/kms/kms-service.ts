import type { KustodyError } from "../../../kernel/errors.ts";
import type { GrpcStatus } from "../../../kernel/grpc/grpc-status.ts";
import type { GrpcMethod, GrpcRefusal } from "../../../kernel/grpc/serve-grpc.ts";
import { Secret } from "../../../kernel/secret/secret.ts";
import type { KmsPlugin } from "../../../practices/encryption/kms/index.ts";

export const KMS_SERVICE = { file: "kms-v2.proto", name: "v2.KeyManagementService" };

/** A request has at most 1 KiB of ciphertext, 1 KiB of key id and 32 KiB of annotations. */
export const LARGEST_REQUEST = 64 * 1024;

interface EncryptRequest {
  readonly plaintext: Buffer;
}
interface DecryptRequest {
  readonly ciphertext: Buffer;
  readonly key_id: string;
  readonly annotations: Readonly<Record<string, Buffer>>;
}

/** The plugin's methods as messages of proto/kms-v2.proto. A door: what it decrypts goes to the API server. */
export function kmsMethods(plugin: KmsPlugin): Readonly<Record<string, GrpcMethod>> {
  const reply = (plaintext: Secret): object => {
    const bytes = Buffer.from(plaintext.unwrap());
    plaintext.dispose();
    return { plaintext: bytes };
  };
  return {
    Status: () => {
      const { version, healthz, keyId } = plugin.status();
      return { version, healthz, key_id: keyId };
    },
    Encrypt: (request: EncryptRequest) => {
      using plaintext = Secret.fromBytes(request.plaintext);
      const { ciphertext, keyId, annotations } = plugin.encrypt(plaintext);
      return { ciphertext, key_id: keyId, annotations };
    },
    Decrypt: ({ ciphertext, key_id: keyId, annotations }: DecryptRequest) => {
      const plaintext = plugin.decrypt({ ciphertext, keyId, annotations });
      return plaintext instanceof Secret ? reply(plaintext) : plaintext.then(reply);
    },
  };
}

const STATUSES: Readonly<Partial<Record<KustodyError["code"], GrpcStatus>>> = {
  KST_KMS_REQUEST: "INVALID_ARGUMENT",
  KST_KEY_MISMATCH: "NOT_FOUND",
  // An error, not healthz "err": with that the API server goes on writing under a key that nobody can use any more.
  KST_KEY_REFUSED: "FAILED_PRECONDITION",
  KST_KEY_UNREACHABLE: "UNAVAILABLE",
};

/** What the API server is told; it logs that. */
export function kmsRefusal(error: KustodyError): GrpcRefusal {
  const status = STATUSES[error.code];
  if (status === undefined) return { status: "INTERNAL", message: `the plugin failed (${error.code})` };
  return { status, message: `${error.message} (${error.code})` };
}
