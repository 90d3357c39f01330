import { createCipheriv, createHmac, randomBytes, randomUUID } from "node:crypto";
import { writeMessage } from "../../src/kernel/protobuf/wire-writer.ts";

/** What a plugin's Encrypt gave for a seed. */
export interface EncryptedSeed {
  readonly seed: Buffer;
  readonly ciphertext: Buffer;
  readonly key_id: string;
  readonly annotations: Readonly<Record<string, Buffer>>;
}

/** A Secret as an API server with KMS v2 stores it in etcd: `k8s:enc:kms:v2:<provider>:` and an EncryptedObject. */
export function storedSecret(provider: string, path: string, name: string, value: string, by: EncryptedSeed): Buffer {
  const encrypted = writeMessage([
    [1, encryptData(secretObject(name, value), path, by.seed)],
    [2, by.key_id],
    [3, by.ciphertext],
    ...Object.entries(by.annotations).map(
      ([key, bytes]) =>
        [
          4,
          writeMessage([
            [1, key],
            [2, bytes],
          ]),
        ] as const,
    ),
    // HKDF_SHA256_XNONCE_AES_GCM_SEED
    [5, 1],
  ]);
  return Buffer.concat([Buffer.from(`k8s:enc:kms:v2:${provider}:`), encrypted]);
}

/** 32 bytes of info, then AES-256-GCM under what HKDF expands the seed to with them; the key in etcd is authenticated. */
function encryptData(plaintext: Buffer, path: string, seed: Buffer): Buffer {
  const info = randomBytes(32);
  const key = createHmac("sha256", seed).update(info).update(Buffer.of(1)).digest();
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(path));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([info, nonce, body, cipher.getAuthTag()]);
}

/** A v1 Secret in Kubernetes' protobuf: the magic, then `runtime.Unknown` around it. */
function secretObject(name: string, value: string): Buffer {
  const created = writeMessage([[1, 1_760_000_000]]);
  const metadata = writeMessage([
    [1, name],
    [3, "default"],
    [5, randomUUID()],
    [8, created],
  ]);
  const secret = writeMessage([
    [1, metadata],
    [
      2,
      writeMessage([
        [1, "value"],
        [2, value],
      ]),
    ],
    [3, "Opaque"],
  ]);
  const typeMeta = writeMessage([
    [1, "v1"],
    [2, "Secret"],
  ]);
  return Buffer.concat([
    Buffer.from("k8s\0"),
    writeMessage([
      [1, typeMeta],
      [2, secret],
    ]),
  ]);
}
