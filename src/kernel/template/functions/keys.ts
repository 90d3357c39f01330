import { constants, createPrivateKey, createPublicKey, type KeyObject, privateDecrypt } from "node:crypto";
import { failed } from "../template-fault.ts";
import { textOfBytes } from "../values/utf8.ts";
import { type FunctionTable, fn } from "./go-function.ts";
import { decodePem } from "./pem-blocks.ts";

const HASHES: Readonly<Record<string, string>> = { SHA1: "sha1", SHA512: "sha512" };
/** An RSA operation is worth so many of our steps. */
const STEPS = 20_000;

/** External Secrets Operator's functions for JSON Web Keys (RFC 7517) and RSA. */
export const KEY_FUNCTIONS: FunctionTable = {
  jwkPublicKeyPem: fn(["string"], ([text]) => {
    const jwk = readJwk(text);
    if ("d" in jwk) throw failed("a JSON Web Key is private where a public one is needed");
    return orFailed(() =>
      createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" }).toString(),
    );
  }),
  jwkPrivateKeyPem: fn(["string"], ([text], { meter }) => {
    meter.step(STEPS);
    const jwk = readJwk(text);
    return orFailed(() =>
      createPrivateKey({ key: jwk, format: "jwk" }).export({ type: "pkcs8", format: "pem" }).toString(),
    );
  }),
  rsaDecrypt: fn(["string", "string", "string", "string"], ([scheme, hash, text, keyPem], { meter }) => {
    if (scheme === "None") return text;
    if (scheme !== "RSA-OAEP") throw failed("rsaDecrypt knows the schemes None and RSA-OAEP");
    meter.step(STEPS);
    const key = readRsaKey(keyPem);
    try {
      const options = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: HASHES[hash] ?? "sha256" };
      return privateDecrypt(options, Buffer.from(text, "latin1")).toString("latin1");
    } catch {
      throw failed("a text cannot be decrypted with this key and hash");
    }
  }),
};

function readJwk(text: string): Record<string, string> {
  try {
    const jwk: unknown = JSON.parse(textOfBytes(text));
    if (typeof jwk === "object" && jwk !== null && !Array.isArray(jwk)) return jwk as Record<string, string>;
  } catch {
    // It is none.
  }
  throw failed("a text is no JSON Web Key");
}

function orFailed(work: () => string): string {
  try {
    return work();
  } catch {
    throw failed("a text is no JSON Web Key of a kind that is known");
  }
}

function readRsaKey(pem: string): KeyObject {
  const found = decodePem(pem, 0);
  if (found === undefined) throw failed("a text holds no PEM block");
  for (const type of ["pkcs1", "pkcs8"] as const) {
    try {
      const key = createPrivateKey({ key: found.block.bytes, format: "der", type });
      if (key.asymmetricKeyType === "rsa") return key;
    } catch {
      // The other form, then.
    }
  }
  throw failed("a PEM block is no RSA private key");
}
