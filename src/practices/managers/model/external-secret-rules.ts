/**
 * What upstream's validating webhook refuses, as CEL in the CRD: there is no webhook to run, to certify, or to be down.
 * The messages are upstream's. They also hold where the CRD is upstream's: `sync/wanted.ts` checks them again.
 */
interface Rule {
  readonly rule: string;
  readonly message: string;
}

// Sizes of lists are not bounded upstream, so a rule must be cheap: `has` and comparisons, no loops.
const OWNED = "!has(self.target.creationPolicy) || self.target.creationPolicy == 'Owner'";
const DELETES = "has(self.target) && has(self.target.deletionPolicy) && self.target.deletionPolicy == 'Delete'";
const MERGES = "has(self.target) && has(self.target.deletionPolicy) && self.target.deletionPolicy == 'Merge'";

export const SPEC_RULES: readonly Rule[] = [
  {
    rule: "(has(self.data) && size(self.data) > 0) || (has(self.dataFrom) && size(self.dataFrom) > 0)",
    message: "either data or dataFrom should be specified",
  },
  {
    rule: `!(${DELETES}) || ${OWNED}`,
    message:
      "deletionPolicy=Delete must not be used when the controller doesn't own the secret. Please set creationPolicy=Owner",
  },
  {
    rule: `!(${MERGES}) || !has(self.target.creationPolicy) || self.target.creationPolicy != 'None'`,
    message: "deletionPolicy=Merge must not be used with creationPolicy=None. There is no Secret to merge with",
  },
];

const GENERATES = "has(self.sourceRef) && has(self.sourceRef.generatorRef)";

export const DATA_FROM_RULES: readonly Rule[] = [
  {
    rule: "has(self.extract) || has(self.find) || has(self.sourceRef)",
    message: "either extract, find, or sourceRef must be set to dataFrom",
  },
  {
    rule: `!(has(self.extract) && has(self.find)) && !((has(self.extract) || has(self.find)) && ${GENERATES})`,
    message: "extract, find, or generatorRef cannot be set at the same time",
  },
];
