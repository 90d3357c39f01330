import { BYTES, VARINT } from "./wire-reader.ts";

/** A field's number and its value: a whole number up to 2^53, a truth, or bytes (text is UTF-8). */
export type WireField = readonly [field: number, value: number | boolean | string | Uint8Array];

/** A protobuf message of these fields, in this order. Zero, false and empty are left out, as proto3 does. */
export function writeMessage(fields: readonly WireField[]): Buffer {
  const parts: Uint8Array[] = [];
  for (const [field, value] of fields) {
    if (typeof value === "number" || typeof value === "boolean") {
      if (Number(value) !== 0) parts.push(varint(field * 8 + VARINT), varint(Number(value)));
      continue;
    }
    const bytes = typeof value === "string" ? Buffer.from(value) : value;
    if (bytes.length > 0) parts.push(varint(field * 8 + BYTES), varint(bytes.length), bytes);
  }
  return Buffer.concat(parts);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
