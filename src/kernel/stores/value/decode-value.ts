import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import { copySecret } from "../copy-secret.ts";

/** ESO's `decodingStrategy`; absent is None. */
export type DecodingStrategy = "Auto" | "Base64" | "Base64URL" | "None";

/**
 * The value decoded. `Auto` takes Base64 if the value is that, else Base64URL if it is that, else the value as it is, so
 * a plain word of four letters is decoded too, as in ESO. The result belongs to the caller. A door.
 *
 * @throws KST_VALUE_DECODE when the value is not in the encoding that was asked for.
 */
export function decodeValue(value: Secret, strategy: DecodingStrategy | undefined): Secret {
  switch (strategy ?? "None") {
    case "None":
      return copySecret(value);
    case "Auto": {
      const decoded = decodeBase64(value.unwrap(), STANDARD) ?? decodeBase64(value.unwrap(), URL_SAFE);
      return decoded === undefined ? copySecret(value) : Secret.fromBytes(decoded);
    }
    default: {
      const decoded = decodeBase64(value.unwrap(), strategy === "Base64" ? STANDARD : URL_SAFE);
      if (decoded !== undefined) return Secret.fromBytes(decoded);
      throw new KustodyError("KST_VALUE_DECODE", `the value is not ${strategy}`, {
        hint: "use Auto or None, or store the value encoded",
      });
    }
  }
}

const STANDARD = alphabet("+/");
const URL_SAFE = alphabet("-_");

function alphabet(last: string): Int8Array {
  const codes = new Int8Array(256).fill(-1);
  const letters = `ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789${last}`;
  for (let code = 0; code < 64; code++) codes[letters.charCodeAt(code)] = code;
  return codes;
}

/**
 * As Go's `base64.StdEncoding` and `URLEncoding` (not strict): padding is required, line ends are skipped wherever they
 * stand, bits left over in the last character are ignored. Undefined for anything else.
 */
function decodeBase64(text: Buffer, codes: Int8Array): Buffer | undefined {
  const out = Buffer.alloc(Math.ceil(text.length / 4) * 3);
  let length = 0;
  let bits = 0;
  let count = 0;
  let padding = 0;
  for (const byte of text) {
    if (byte === 0x0a || byte === 0x0d) continue;
    if (byte === 0x3d) {
      padding += 1;
      if (count + padding > 4 || count < 2) return undefined;
      continue;
    }
    const code = codes[byte] ?? -1;
    if (code < 0 || padding > 0) return undefined;
    bits = (bits << 6) | code;
    if (++count < 4) continue;
    out[length++] = bits >> 16;
    out[length++] = (bits >> 8) & 255;
    out[length++] = bits & 255;
    bits = 0;
    count = 0;
  }
  if (count + padding !== 0 && count + padding !== 4) return undefined;
  if (count >= 2) out[length++] = count === 2 ? bits >> 4 : bits >> 10;
  if (count === 3) out[length++] = (bits >> 2) & 255;
  const decoded = Buffer.from(out.subarray(0, length));
  out.fill(0);
  return decoded;
}
