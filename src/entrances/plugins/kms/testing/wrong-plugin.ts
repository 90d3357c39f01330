import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { KustodyError } from "../../../../kernel/errors.ts";
import { type GrpcServer, serveGrpc } from "../../../../kernel/grpc/serve-grpc.ts";
import { KMS_SERVICE } from "../kms-service.ts";

/** Messages as on the wire. */
export interface Status {
  version: string;
  healthz: string;
  key_id: string;
}
export interface Encrypted {
  ciphertext: Buffer;
  key_id: string;
  annotations: Record<string, Buffer>;
}

/** A small plugin with one key in memory that does all right, unless a method is given that does it wrong. */
export interface Behaviour {
  status?: (right: Status) => Status | Promise<Status>;
  encrypt?: (right: Encrypted, plaintext: Buffer) => Encrypted;
  /** `right` throws what the plugin refuses. */
  decrypt?: (request: Encrypted, right: (request: Encrypted) => Buffer) => Buffer;
}

const KEY = randomBytes(32);
const KEY_ID = "fixture-key-1";
const ANNOTATION = "version.fixture.example";

export async function servePlugin(socketPath: string, behaviour: Behaviour = {}): Promise<GrpcServer> {
  const { status = (right) => right, encrypt = (right) => right } = behaviour;
  const { decrypt = (request, right) => right(request) } = behaviour;
  return await serveGrpc({
    socketPath,
    service: KMS_SERVICE,
    maxRequestBytes: 1024 * 1024,
    refusal: ({ message }) => ({ status: "INVALID_ARGUMENT", message }),
    methods: {
      Status: () => status({ version: "v2", healthz: "ok", key_id: KEY_ID }),
      Encrypt: ({ plaintext }: { plaintext: Buffer }) => encrypt(encryptRight(plaintext), plaintext),
      Decrypt: (request: Encrypted) => ({ plaintext: decrypt(request, decryptRight) }),
    },
  });
}

function encryptRight(plaintext: Buffer): Encrypted {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", KEY, nonce).setAAD(Buffer.from(KEY_ID));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const ciphertext = Buffer.concat([nonce, body, cipher.getAuthTag()]);
  return { ciphertext, key_id: KEY_ID, annotations: { [ANNOTATION]: Buffer.from("1") } };
}

export function decryptRight({ ciphertext, key_id: keyId, annotations }: Encrypted): Buffer {
  const isOurs = keyId === KEY_ID && Object.keys(annotations).join() === ANNOTATION && ciphertext.length > 28;
  if (!isOurs || annotations[ANNOTATION]?.toString() !== "1") throw new KustodyError("KST_KMS_REQUEST", "not ours");
  return openWithout(ciphertext, keyId);
}

/** Decrypts without a look at key id or annotations, as some plugins do. */
export function openWithout(ciphertext: Buffer, keyId = KEY_ID): Buffer {
  const decipher = createDecipheriv("aes-256-gcm", KEY, ciphertext.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(Buffer.from(keyId)).setAuthTag(ciphertext.subarray(-16));
  try {
    return Buffer.concat([decipher.update(ciphertext.subarray(12, -16)), decipher.final()]);
  } catch (cause) {
    throw new KustodyError("KST_KMS_REQUEST", "not ours", { cause });
  }
}
