import { KustodyError } from "../errors.ts";

/**
 * A `caBundle` as PEM. Kubernetes carries it as base64; many people encode it once more, which ESO accepts too.
 *
 * @throws KST_STORE_SPEC
 */
export function decodeCaBundle(text: string): string {
  let pem = text;
  for (let layer = 0; layer < 3; layer++) {
    if (pem.includes("-----BEGIN CERTIFICATE-----")) return pem;
    pem = Buffer.from(pem, "base64").toString("latin1");
  }
  throw new KustodyError("KST_STORE_SPEC", "caBundle holds no PEM certificate", {
    hint: "give it as base64 of the PEM text",
  });
}
