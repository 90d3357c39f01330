import { createCa, issueLeaf, type KeyedCertificate } from "../crypto/certificates.ts";
import { readCertificate } from "../crypto/read-certificate.ts";
import type { CertificateSet } from "./certificate-set.ts";
import type { CertificateSettings, CertificateStep } from "./plan-certificates.ts";

const DAY = 24 * 60 * 60 * 1000;

/** The set after one step of the plan. Its only effect is to draw keys. */
export async function changeCertificates(
  set: CertificateSet | undefined,
  step: CertificateStep,
  settings: CertificateSettings,
  now: number,
): Promise<CertificateSet> {
  const newCa = () => createCa({ commonName: `${settings.name} CA`, days: settings.caMillis / DAY, now });
  const leafBy = (ca: KeyedCertificate) =>
    issueLeaf(ca, {
      commonName: settings.name,
      dnsNames: settings.dnsNames,
      ipAddresses: settings.ipAddresses,
      usages: ["server"],
      days: settings.leafMillis / DAY,
      now,
    });
  if (set === undefined || step === "begin") {
    const issuer = await newCa();
    return { issuer, leaf: await leafBy(issuer), retired: [] };
  }
  const { issuer, next, retired, leaf } = set;
  switch (step) {
    case "promote-next": {
      if (next === undefined) return set;
      return { issuer: next, leaf: await leafBy(next), retired: [issuer.certPem, ...retired] };
    }
    case "issue-leaf":
      return { ...set, leaf: await leafBy(issuer) };
    case "publish-next":
      return { issuer, leaf, retired, next: await newCa() };
    case "drop-expired":
      return { ...set, retired: retired.filter((pem) => readCertificate(pem).notAfter > now) };
  }
}
