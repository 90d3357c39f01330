/** Base64 (RFC 4648 §4) from bytes to bytes: Node's own goes through a string, and a secret's value must not. */
const ALPHABET = Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const VALUES = new Uint8Array(256).fill(255);
for (const [value, byte] of ALPHABET.entries()) VALUES[byte] = value;
const PAD = 61;

/** The bytes that `text[start, end)` encodes, in memory of their own; undefined where it is not base64. */
export function decodeBase64(text: Uint8Array, start: number, end: number): Buffer | undefined {
  let last = end;
  while (last > start && end - last < 2 && text[last - 1] === PAD) last--;
  const length = last - start;
  if (length % 4 === 1 || (last !== end && (end - start) % 4 !== 0)) return undefined;
  const bytes = Buffer.allocUnsafeSlow(Math.floor((length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = start; i < last; i++) {
    const value = VALUES[text[i] ?? 0] ?? 255;
    if (value === 255) {
      bytes.fill(0);
      return undefined;
    }
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 0xff;
    }
  }
  return bytes;
}

/** With padding. */
export function encodeBase64(bytes: Uint8Array): Buffer {
  const text = Buffer.allocUnsafeSlow(Math.ceil(bytes.length / 3) * 4);
  let at = 0;
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const three = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text[at++] = ALPHABET[three >> 18] ?? PAD;
    text[at++] = ALPHABET[(three >> 12) & 63] ?? PAD;
    text[at++] = left > 1 ? (ALPHABET[(three >> 6) & 63] ?? PAD) : PAD;
    text[at++] = left > 2 ? (ALPHABET[three & 63] ?? PAD) : PAD;
  }
  return text;
}
