import { randomBytes } from "node:crypto";
import { seal, unseal } from "../../../../kernel/crypto/aead.ts";
import { KustodyError } from "../../../../kernel/errors.ts";
import type { WrappingKey } from "../../../../kernel/keys/wrapping-key.ts";
import { Secret } from "../../../../kernel/secret/secret.ts";

/** A key service in memory that does as it is told: for what real ones can't be made to do at a given instant. */
export class FixtureKey implements WrappingKey {
  readonly name = "fixture";
  /** One key for each version. */
  readonly #versions = new Map<number, Secret>();
  version = 1;
  /** What every call throws. */
  fault: KustodyError | undefined;
  calls = { wrap: 0, unwrap: 0 };

  async wrap(secret: Secret) {
    this.calls.wrap += 1;
    if (this.fault !== undefined) throw this.fault;
    return { keyId: `fixture.${this.version}`, bytes: seal(this.#key(this.version), secret, Buffer.alloc(0)) };
  }

  async unwrap({ keyId, bytes }: { keyId: string; bytes: Buffer }) {
    this.calls.unwrap += 1;
    if (this.fault !== undefined) throw this.fault;
    const secret = unseal(this.#key(Number(keyId.slice(8))), bytes, Buffer.alloc(0));
    if (secret === undefined) throw new KustodyError("KST_KEY_MISMATCH", "another key");
    return secret;
  }

  owns(keyId: string): boolean {
    return keyId.startsWith("fixture.");
  }

  async close(): Promise<void> {}

  #key(version: number): Secret {
    const key = this.#versions.get(version) ?? Secret.fromBytes(randomBytes(32));
    this.#versions.set(version, key);
    return key;
  }
}

export const unreachable = new KustodyError("KST_KEY_UNREACHABLE", "no answer", { retry: "backoff" });
export const refused = new KustodyError("KST_KEY_REFUSED", "the key is disabled");
