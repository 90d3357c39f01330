import { failed } from "../template-fault.ts";
import { decodeBase32, encodeBase32 } from "./base32.ts";
import { decodeBase64 } from "./base64.ts";
import { type FunctionTable, fn } from "./go-function.ts";

/** Where a text is not in its encoding, sprig's functions give Go's remark on it in place of the bytes. */
export const ENCODING_FUNCTIONS: FunctionTable = {
  b64enc: fn(["string"], ([bytes]) => Buffer.from(bytes, "latin1").toString("base64")),
  b64dec: fn(["string"], ([text]) => decodeBase64(text)),
  b32enc: fn(["string"], ([bytes]) => encodeBase32(bytes)),
  b32dec: fn(["string"], ([text]) => decodeBase32(text)),
  hexdec: fn(["string"], ([text]) => {
    if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) throw failed("a text is not hexadecimal");
    return Buffer.from(text, "hex").toString("latin1");
  }),
};
