import { BYTES, VARINT, WireReader } from "../protobuf/wire-reader.ts";

/**
 * One version of a key as etcd keeps it (mvccpb.KeyValue): where key and value stand in `bytes`. It is filled again for
 * the next one, and the bytes may be gone by then, so whoever keeps something copies it.
 */
export class KeyValue {
  bytes: Buffer = Buffer.alloc(0);
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  /** The store's revision that wrote it. */
  modRevision = 0;
  readonly #reader = new WireReader(this.bytes);

  /** False where the bytes from `start` to `end` are no KeyValue with a key. */
  read(bytes: Buffer, start: number, end: number): boolean {
    const reader = this.#reader;
    reader.reset(bytes, start, end);
    this.bytes = bytes;
    this.keyStart = this.keyEnd = this.valueStart = this.valueEnd = end;
    this.modRevision = 0;
    while (reader.next()) {
      if (reader.wire === BYTES && reader.field === 1) {
        this.keyStart = reader.start;
        this.keyEnd = reader.end;
      } else if (reader.wire === BYTES && reader.field === 5) {
        this.valueStart = reader.start;
        this.valueEnd = reader.end;
      } else if (reader.wire === VARINT && reader.field === 3) this.modRevision = reader.number;
    }
    return !reader.malformed && this.keyEnd > this.keyStart;
  }

  /** Whether the key begins with these bytes. */
  startsWith(prefix: Uint8Array): boolean {
    const { bytes, keyStart } = this;
    if (this.keyEnd - keyStart < prefix.length) return false;
    for (let index = 0; index < prefix.length; index++) if (bytes[keyStart + index] !== prefix[index]) return false;
    return true;
  }

  /** The key as text. Keys are UTF-8 where Kubernetes wrote them; another's bytes are replaced. */
  key(): string {
    return this.bytes.toString("utf8", this.keyStart, this.keyEnd);
  }

  /** The value's bytes, not a copy. */
  value(): Buffer {
    return this.bytes.subarray(this.valueStart, this.valueEnd);
  }
}
