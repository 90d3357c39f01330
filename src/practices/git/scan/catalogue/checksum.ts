const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/** CRC-32 bit by bit, for some tens of letters: loading zlib would take longer than all else that a small scan loads. */
function crc32(text: string): number {
  let sum = -1;
  for (const byte of Buffer.from(text)) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ ((sum & 1) === 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}

/** CRC-32 in six digits to the base 62 (https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/). */
export function crc32Base62(text: string): string {
  let rest = crc32(text);
  let digits = "";
  for (; rest > 0; rest = Math.floor(rest / 62)) digits = (BASE62[rest % 62] ?? "") + digits;
  return digits.padStart(6, "0");
}

/** Whether a token such as `ghp_` and `npm_` have ends with the checksum of its random part. Longer ones have other forms. */
export function endsWithCrc32(token: string): boolean {
  const random = token.slice(token.indexOf("_") + 1);
  return random.length !== 36 || crc32Base62(random.slice(0, -6)) === random.slice(-6);
}

/** What Grafana appends to `glsa_` and the secret: CRC-32, little-endian, in hex. */
export function grafanaChecksum(text: string): string {
  return littleEndianCrc32(text).toString("hex");
}

export function endsWithGrafanaChecksum(token: string): boolean {
  const at = token.lastIndexOf("_");
  return grafanaChecksum(token.slice(0, at)) === token.slice(at + 1).toLowerCase();
}

/** The last six characters of an API secret of Confluent Cloud, for those between `cflt` and them: CRC-32, little-endian, in Base64. */
export function confluentChecksum(text: string): string {
  return littleEndianCrc32(text).toString("base64").slice(0, 6);
}

export function endsWithConfluentChecksum(secret: string): boolean {
  return confluentChecksum(secret.slice("cflt".length, -6)) === secret.slice(-6);
}

function littleEndianCrc32(text: string): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(crc32(text));
  return bytes;
}

/** The six letters behind a Bech32 text (https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki). */
export function bech32Checksum(text: string): string {
  const sum = polymod([...bech32Values(text), 0, 0, 0, 0, 0, 0]) ^ 1;
  return Array.from({ length: 6 }, (_, at) => BECH32[(sum >>> (5 * (5 - at))) & 31]).join("");
}

/** Whether a text is Bech32 with its checksum, in capitals or not. */
export function isBech32(text: string): boolean {
  return bech32Checksum(text.slice(0, -6)) === text.slice(-6).toLowerCase();
}

function bech32Values(text: string): number[] {
  const lower = text.toLowerCase();
  const at = lower.lastIndexOf("1");
  const human = [...Buffer.from(lower.slice(0, at))];
  return [
    ...human.map((code) => code >> 5),
    0,
    ...human.map((code) => code & 31),
    ...Array.from(lower.slice(at + 1), (letter) => BECH32.indexOf(letter)),
  ];
}

function polymod(values: readonly number[]): number {
  const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of generators.entries()) if (((top >>> bit) & 1) === 1) sum ^= generator;
  }
  return sum >>> 0;
}
