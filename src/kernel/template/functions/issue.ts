import { createPrivateKey, X509Certificate } from "node:crypto";
import { isAddress, issueCertificate, type TemplateCertificate } from "../../crypto/issue-certificate.ts";
import type { CallContext } from "../execute/call-context.ts";
import { failed } from "../template-fault.ts";
import { count } from "../values/cast.ts";
import { bytesOfText, textOfBytes } from "../values/utf8.ts";
import type { GoObject, GoSlice, Value } from "../values/value.ts";
import { type FunctionTable, fn } from "./go-function.ts";
import { decodePem } from "./pem-blocks.ts";

/** So many days keep the end within the years that certificates can name. */
const MOST_DAYS = 1_000_000;

/** sprig's functions that issue certificates; RSA keys of 2048 bits unless one is given. Each result is a certificate with its key. */
export const ISSUE_FUNCTIONS: FunctionTable = {
  genCA: fn(["string", "int"], ([name, days], context) => issued({ ...ofName(name, days), isCa: true }, context)),
  genCAWithKey: fn(["string", "int", "string"], ([name, days, key], context) =>
    issued({ ...ofName(name, days), isCa: true, key }, context),
  ),
  genSelfSignedCert: fn(["string", "list", "list", "int"], ([name, ips, names, days], context) =>
    issued({ ...ofName(name, days), ...ofNames(ips, names) }, context),
  ),
  genSelfSignedCertWithKey: fn(["string", "list", "list", "int", "string"], ([name, ips, names, days, key], context) =>
    issued({ ...ofName(name, days), ...ofNames(ips, names), key }, context),
  ),
  genSignedCert: fn(["string", "list", "list", "int", "certificate"], ([name, ips, names, days, ca], context) =>
    issued({ ...ofName(name, days), ...ofNames(ips, names), issuer: issuerOf(ca) }, context),
  ),
  genSignedCertWithKey: fn(
    ["string", "list", "list", "int", "certificate", "string"],
    ([name, ips, names, days, ca, key], context) =>
      issued({ ...ofName(name, days), ...ofNames(ips, names), issuer: issuerOf(ca), key }, context),
  ),
  buildCustomCert: fn(["string", "string"], ([cert, key]) => {
    const texts = [cert, key].map((text) => Buffer.from(text, "base64").toString("latin1"));
    const [certText = "", keyText = ""] = texts;
    const block = decodePem(certText, 0);
    try {
      if (block === undefined) throw new TypeError("there is no block");
      createPrivateKey(keyText);
      void new X509Certificate(block.block.bytes);
    } catch {
      throw failed("buildCustomCert takes a certificate and a private key, both PEM in base64");
    }
    return certificateObject(certText, keyText);
  }),
};

type Request = Omit<TemplateCertificate, "now">;

function ofName(name: string, days: bigint): Request {
  const shown = count(days);
  if (Math.abs(shown) > MOST_DAYS) throw failed("a certificate cannot be valid for so many days");
  const none = { ipAddresses: [], dnsNames: [], isCa: false, key: undefined, issuer: undefined };
  return { ...none, commonName: textOfBytes(name), days: shown };
}

function ofNames(ips: GoSlice, names: GoSlice): Pick<Request, "ipAddresses" | "dnsNames"> {
  const ipAddresses = textsOf(ips);
  if (!ipAddresses.every(isAddress)) throw failed("a certificate is to name an IP address that is none");
  return { ipAddresses, dnsNames: textsOf(names) };
}

function textsOf(list: GoSlice): string[] {
  return list.items.map((item) => {
    if (typeof item !== "string") throw failed("a certificate can name texts only");
    return textOfBytes(item);
  });
}

function issuerOf(ca: GoObject): { cert: string; key: string } {
  return { cert: ca.fields.get("Cert") as string, key: ca.fields.get("Key") as string };
}

function issued(request: Request, { costly, now }: CallContext): Value {
  return costly(async () => {
    try {
      const { cert, key } = await issueCertificate({ ...request, now });
      return certificateObject(bytesOfText(cert), bytesOfText(key));
    } catch {
      throw failed("a certificate cannot be issued with this key or authority");
    }
  });
}

function certificateObject(cert: string, key: string): GoObject {
  const fields = new Map<string, Value>([
    ["Cert", cert],
    ["Key", key],
  ]);
  return { type: "sprig.certificate", isPointer: false, fields, methods: {} };
}
