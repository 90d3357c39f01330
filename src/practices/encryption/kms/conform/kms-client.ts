/** How a plugin refuses, or that it does not answer. */
export interface KmsRefusal {
  /** gRPC's name, such as INVALID_ARGUMENT; DEADLINE_EXCEEDED and UNAVAILABLE are no answers. */
  readonly status: string;
  readonly details: string;
}

export interface StatusMessage {
  readonly version: string;
  readonly healthz: string;
  readonly key_id: string;
}
export interface EncryptMessage {
  readonly ciphertext: Buffer;
  readonly key_id: string;
  readonly annotations: Readonly<Record<string, Buffer>>;
}

export type KmsReply<T> = { readonly message: T } | KmsRefusal;

/** A plugin under test. Plaintexts are random bytes that the suite made: no secrets. */
export interface KmsClient {
  status(): Promise<KmsReply<StatusMessage>>;
  encrypt(plaintext: Uint8Array): Promise<KmsReply<EncryptMessage>>;
  decrypt(encrypted: EncryptMessage): Promise<KmsReply<{ readonly plaintext: Buffer }>>;
  /** Sends bytes that are no HTTP/2 on a connection of its own. */
  garbage(bytes: Uint8Array): Promise<void>;
}

export const isRefusal = <T>(reply: KmsReply<T>): reply is KmsRefusal => "status" in reply;
