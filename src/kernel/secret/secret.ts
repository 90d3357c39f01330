import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";
import { inspect } from "node:util";

const REDACTED = "[secret]";

/**
 * Opaque bytes. Whatever prints, serialises or concatenates a Secret gets `[secret]`: its value leaves only through
 * `unwrap`, which only the files listed in ARCHITECTURE.md ("doors") may call; a test reads that list.
 *
 * @example
 * using password = Secret.fromBytes(reply.body);
 * `${password}` // "[secret]"
 */
export class Secret implements Disposable {
  #bytes: Buffer | undefined;
  /** Of a key: as node:crypto wants it, which takes longer to make than an HMAC. */
  #key: KeyObject | undefined;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Takes the bytes over without a copy: the caller keeps no other reference. */
  static fromBytes(bytes: Uint8Array): Secret {
    return new Secret(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  /** From text that an SDK insists on giving as a string: that string stays in memory until V8 collects it. */
  static fromText(text: string): Secret {
    return new Secret(Buffer.from(text, "utf8"));
  }

  /** Length in bytes. */
  get size(): number {
    return this.#live().length;
  }

  /** The bytes themselves, not a copy: they become zeros when the Secret is disposed. A door. */
  unwrap(): Buffer {
    return this.#live();
  }

  /** Compares in time that depends on the lengths alone. */
  equals(other: Secret): boolean {
    const a = this.#live();
    const b = other.#live();
    return a.length === b.length && timingSafeEqual(a, b);
  }

  /** Whether `other` is a part of this value, or all of it. */
  includes(other: Secret): boolean {
    return this.#live().includes(other.#live());
  }

  /**
   * HMAC-SHA-256 of the value, for recognising it without keeping it. Which key serves what is a table in ARCHITECTURE.md.
   * `key` holds at least 32 bytes (RFC 2104 §3 advises no less than the hash's length), else a RangeError.
   */
  fingerprint(key: Secret): Buffer {
    const keyBytes = key.#live();
    if (keyBytes.length < 32) throw new RangeError("an HMAC key needs at least 32 bytes");
    key.#key ??= createSecretKey(keyBytes);
    return createHmac("sha256", key.#key).update(this.#live()).digest();
  }

  /** Overwrites the bytes; afterwards every use but redaction throws. Copies that V8 or a library made are beyond reach. */
  dispose(): void {
    this.#bytes?.fill(0);
    this.#bytes = undefined;
    this.#key = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [Symbol.toPrimitive](): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }

  #live(): Buffer {
    if (this.#bytes === undefined) throw new TypeError("this Secret was disposed of");
    return this.#bytes;
  }
}
