import { canonicalName } from "../crypto/read-certificate.ts";

/** When certificates are renewed, and for whom they are; all times in milliseconds. */
export interface CertificateSettings {
  /** The common name of leaf and CA. */
  readonly name: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly caMillis: number;
  readonly leafMillis: number;
  /** How long a new CA is published before anything is signed with it: clients read the bundle at least this often. */
  readonly overlapMillis: number;
}

/** What the decision needs to know of the certificates that are there; milliseconds since the epoch. */
export interface CertificateState {
  readonly issuer: { readonly notAfter: number };
  /** A CA that is published and doesn't sign yet. */
  readonly next?: { readonly publishedAt: number; readonly notAfter: number };
  /** CAs that no longer sign. */
  readonly retired: readonly { readonly notAfter: number }[];
  readonly leaf: { readonly notAfter: number; readonly names: readonly string[]; readonly isByIssuer: boolean };
}

export type CertificateStep = "begin" | "promote-next" | "issue-leaf" | "publish-next" | "drop-expired";
export type CertificatePlan = { readonly step: CertificateStep } | { readonly step: "keep"; readonly until: number };

interface Rule {
  readonly step: CertificateStep;
  readonly remark: string;
  /** The time from which on the step is due; Infinity when nothing but another step makes it so. */
  due(state: CertificateState, settings: CertificateSettings): number;
}

const NOW = -Infinity;
const NEVER = Infinity;

/** In this order; the first that is due is taken, and then the plan is made anew. */
const RULES: readonly Rule[] = [
  {
    step: "promote-next",
    remark: "the next CA signs once every client has had the time to read it, or at once when the old one is dead",
    due: ({ issuer, next }, { overlapMillis }) =>
      next === undefined ? NEVER : Math.min(next.publishedAt + overlapMillis, issuer.notAfter),
  },
  {
    step: "begin",
    remark: "an expired CA without successor: nothing can be continued, clients must read the new bundle",
    due: ({ issuer }) => issuer.notAfter,
  },
  {
    step: "issue-leaf",
    remark: "the leaf is for other names, or of a CA that no longer signs, or in the last third of its life",
    due: ({ issuer, leaf }, settings) => {
      if (!leaf.isByIssuer || !sameNames(leaf.names, [...settings.dnsNames, ...settings.ipAddresses])) return NOW;
      // A leaf that ends with its CA can't be bettered by another.
      return leaf.notAfter >= issuer.notAfter ? NEVER : leaf.notAfter - settings.leafMillis / 3;
    },
  },
  {
    step: "publish-next",
    remark: "early enough that no leaf is cut short by its CA's end, and in the last third of the CA's life",
    due: ({ issuer, next }, { caMillis, leafMillis, overlapMillis }) =>
      next === undefined ? issuer.notAfter - Math.max(caMillis / 3, leafMillis + 2 * overlapMillis) : NEVER,
  },
  {
    step: "drop-expired",
    remark: "a retired CA stays in the bundle until it is expired, and with it every leaf that it signed",
    due: ({ retired }) => Math.min(...retired.map(({ notAfter }) => notAfter)),
  },
];

/** What is to be done with the certificates now, or until when they can be left alone. `state` is undefined for none. */
export function planCertificates(
  state: CertificateState | undefined,
  settings: CertificateSettings,
  now: number,
): CertificatePlan {
  if (state === undefined) return { step: "begin" };
  const due = RULES.find((rule) => rule.due(state, settings) <= now);
  if (due !== undefined) return { step: due.step };
  return { step: "keep", until: Math.min(...RULES.map((rule) => rule.due(state, settings))) };
}

/** Why `settings` can't work, or undefined. A CA must outlive the leaves that it signs during its first two thirds. */
export function settingsProblem({ caMillis, leafMillis, overlapMillis }: CertificateSettings): string | undefined {
  // X.509 counts whole seconds: a third of less than three is lost in rounding, and the leaf would be due at once.
  if (!(leafMillis >= 3000 && overlapMillis > 0))
    return "a leaf must live for 3 seconds at least, and there must be an overlap";
  const least = 2 * (leafMillis + 2 * overlapMillis);
  return caMillis >= least ? undefined : "the CA must live at least twice as long as a leaf and two overlaps together";
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  const left = new Set(a.map(canonicalName));
  const right = new Set(b.map(canonicalName));
  return left.symmetricDifference(right).size === 0;
}
