const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A byte string as base32 (RFC 4648 §6). */
export function encodeBase32(bytes: string): string {
  let out = "";
  for (let at = 0; at < bytes.length; at += 5) {
    const chunk = bytes.slice(at, at + 5);
    const bits = Array.from(chunk, (byte) => byte.charCodeAt(0).toString(2).padStart(8, "0")).join("");
    const digits = bits.match(/.{1,5}/g) ?? [];
    out += digits
      .map((digit) => ALPHABET[Number.parseInt(digit.padEnd(5, "0"), 2)])
      .join("")
      .padEnd(8, "=");
  }
  return out;
}

/** Base32 as Go's StdEncoding decodes it; Go's remark where it is malformed. */
export function decodeBase32(text: string): string {
  const body = text.replaceAll(/[\r\n]/g, "");
  let out = "";
  for (let at = 0; at < body.length; at += 8) {
    const group = decodeGroup(body, at);
    if (typeof group === "number") return `illegal base32 data at input byte ${group}`;
    out += group.bytes;
    if (group.isLast) return out;
  }
  return out;
}

/** How many digits a last group cannot have. */
const BROKEN_SIZES: ReadonlySet<number> = new Set([1, 3, 6]);

/** The bytes of eight digits; or where they are malformed. */
function decodeGroup(body: string, at: number): { bytes: string; isLast: boolean } | number {
  let bits = "";
  let digits = 0;
  for (; digits < 8; digits++) {
    const place = at + digits;
    const char = body[place];
    if (char === undefined) return at;
    if (char === "=" && digits >= 2 && body.length - place - 1 < 8) {
      const padding = body.slice(place + 1, at + 8);
      if (padding.length + digits < 7) return body.length;
      const wrong = /[^=]/.exec(padding);
      if (wrong !== null) return place + wrong.index;
      if (BROKEN_SIZES.has(digits)) return place;
      break;
    }
    const value = ALPHABET.indexOf(char);
    if (value === -1) return place;
    bits += value.toString(2).padStart(5, "0");
  }
  const bytes = bits.match(/.{8}/g) ?? [];
  return { bytes: bytes.map((byte) => String.fromCharCode(Number.parseInt(byte, 2))).join(""), isLast: digits < 8 };
}
