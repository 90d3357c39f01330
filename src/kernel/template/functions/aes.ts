import { createCipheriv, createDecipheriv } from "node:crypto";
import { failed } from "../template-fault.ts";
import { type FunctionTable, fn } from "./go-function.ts";

const BLOCK = 16;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** sprig's: AES-256-CBC, the password itself as the key, padded with zeros. Not a way to protect a value: it proves nothing. */
export const AES_FUNCTIONS: FunctionTable = {
  encryptAES: fn(["string", "string"], ([password, text], { meter, random }) => {
    if (text === "") return "";
    meter.charge(text.length * 3);
    const iv = random(BLOCK);
    const cipher = createCipheriv("aes-256-cbc", keyOf(password), iv);
    return Buffer.concat([iv, cipher.update(Buffer.from(text, "latin1")), cipher.final()]).toString("base64");
  }),
  decryptAES: fn(["string", "string"], ([password, text], { meter }) => {
    if (text === "") return "";
    meter.charge(text.length * 2);
    const encoded = text.replaceAll(/[\r\n]/g, "");
    const bytes = Buffer.from(encoded, "base64");
    if (!BASE64.test(encoded) || bytes.length <= BLOCK || bytes.length % BLOCK !== 0) {
      throw failed("a text is not what encryptAES makes");
    }
    const decipher = createDecipheriv("aes-256-cbc", keyOf(password), bytes.subarray(0, BLOCK)).setAutoPadding(false);
    const plain = Buffer.concat([decipher.update(bytes.subarray(BLOCK)), decipher.final()]);
    // As there, the last byte alone says how many go.
    const padding = plain.at(-1) ?? 0;
    if (padding > plain.length) throw failed("a text is not what encryptAES makes, or the password is another");
    return plain.toString("latin1", 0, plain.length - padding);
  }),
};

function keyOf(password: string): Buffer {
  const key = Buffer.alloc(32);
  key.write(password, "latin1");
  return key;
}
