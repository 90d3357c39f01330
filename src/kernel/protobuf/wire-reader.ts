/** Wire types (https://protobuf.dev/programming-guides/encoding). */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/**
 * Reads the fields of one protobuf message one by one, without copying or allocating. It never throws and never reads
 * outside `start`…`end`, whatever the bytes are; `malformed` tells afterwards whether they were a message.
 *
 * @example
 * const reader = new WireReader(bytes);
 * while (reader.next()) if (reader.field === 2 && reader.wire === BYTES) use(bytes.subarray(reader.start, reader.end));
 */
export class WireReader {
  #bytes: Uint8Array;
  #at: number;
  #end: number;
  /** Of the field that `next` found. */
  field = 0;
  wire = 0;
  /** The value of a VARINT; exact up to 2^53. */
  number = 0;
  /** Where the value of BYTES, or of a fixed type, begins and ends. */
  start = 0;
  end = 0;
  malformed = false;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Begins again with another message, so that one reader serves millions of them. */
  reset(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.malformed = false;
  }

  /** Goes to the next field; false at the end and at the first byte that makes no sense. */
  next(): boolean {
    if (this.malformed || this.#at >= this.#end) return false;
    const tag = this.#varint();
    this.field = Math.floor(tag / 8);
    this.wire = tag % 8;
    // Field numbers have 29 bits; 0 is none.
    if (this.malformed || this.field === 0 || this.field > 0x1fffffff) return this.#fail();
    switch (this.wire) {
      case VARINT:
        this.start = this.#at;
        this.number = this.#varint();
        this.end = this.#at;
        return !this.malformed;
      case FIXED64:
        return this.#take(8);
      case FIXED32:
        return this.#take(4);
      case BYTES: {
        const length = this.#varint();
        return this.malformed ? false : this.#take(length);
      }
      default:
        return this.#fail();
    }
  }

  #take(length: number): boolean {
    if (length > this.#end - this.#at) return this.#fail();
    this.start = this.#at;
    this.#at += length;
    this.end = this.#at;
    return true;
  }

  #varint(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < 10; count++) {
      if (this.#at >= this.#end) break;
      const byte = this.#bytes[this.#at++] ?? 0;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    this.#fail();
    return 0;
  }

  #fail(): false {
    this.malformed = true;
    return false;
  }
}
