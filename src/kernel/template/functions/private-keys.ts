import { generateKeyPair } from "node:crypto";
import { promisify } from "node:util";
import { failed } from "../template-fault.ts";
import { type FunctionTable, fn } from "./go-function.ts";

const generate = promisify(generateKeyPair);

/** In Go's forms: PKCS#1 for RSA (4096 bits), SEC 1 for ECDSA (P-256), PKCS#8 for Ed25519. DSA is broken, and refused. */
export const PRIVATE_KEY_FUNCTIONS: FunctionTable = {
  genPrivateKey: fn(["string"], ([kind], { costly }) => {
    switch (kind) {
      case "":
      case "rsa":
        return costly(async () => {
          const { privateKey } = await generate("rsa", { modulusLength: 4_096 });
          return privateKey.export({ type: "pkcs1", format: "pem" }).toString();
        });
      case "ecdsa":
        return costly(async () => {
          const { privateKey } = await generate("ec", { namedCurve: "P-256" });
          return privateKey.export({ type: "sec1", format: "pem" }).toString();
        });
      case "ed25519":
        return costly(async () => {
          const { privateKey } = await generate("ed25519");
          return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
        });
      default:
        throw failed("genPrivateKey makes rsa, ecdsa and ed25519");
    }
  }),
};
