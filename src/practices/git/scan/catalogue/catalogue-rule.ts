import type { Candidate } from "../allowlist.ts";
import type { Structure } from "../rule.ts";
import { blank, shortened } from "./weaken-sample.ts";

/** A rule of our own catalogue, with the proof that it does what it says. */
export interface CatalogueRule {
  /** gitleaks' id where a rule of its default configuration covers the same token. */
  readonly id: string;
  readonly description: string;
  /** Where the vendor documents the token's format. */
  readonly source: string;
  /** The source tells of such keys, not of their form, as far as it could be read: the form is that of keys as people meet them. */
  readonly asSeen?: true;
  /** RE2; the first group is the secret. */
  readonly regex?: string;
  /** RE2 of the paths of files that it looks at; `sample` is one. Without `regex` such a file is a finding. */
  readonly file?: { readonly pattern: string; readonly sample: string };
  readonly structure?: Structure;
  readonly keywords: readonly string[];
  readonly entropy?: number;
  readonly general?: boolean;
  /** Secrets that match one of these are none: placeholders that only this rule meets. */
  readonly allow?: readonly string[];
  /** What no pattern can say: whether a checksum is right, or a value is too much like a name. */
  readonly accepts?: (candidate: Candidate) => boolean;
  /**
   * Texts that the rule finds something in, and texts in which it finds nothing, at least two each, written as
   * expand-sample.ts says, so that the catalogue itself holds no token. Without `regex` they are paths.
   */
  readonly hits: readonly string[];
  readonly misses: readonly string[];
}

type Shared = Pick<CatalogueRule, "id" | "description" | "source" | "asSeen" | "keywords" | "entropy" | "accepts">;

/** A token that its vendor gave a form which nothing else has. */
export interface TokenForm extends Shared {
  /** RE2 of the token, without its surroundings. */
  readonly form: string;
  /** What may follow it; by default whatever can't belong to it. */
  readonly end?: string;
  /** What it is called, where the keywords are in the name and not in the token. */
  readonly name?: string;
  /** A token, and something that looks like one and isn't: one that is too short, unless said otherwise. */
  readonly sample: string;
  readonly miss?: string;
}

/** A rule for such a token wherever it stands by itself. */
export function token({ form, end, name = "TOKEN", sample, miss, ...rest }: TokenForm): CatalogueRule {
  return {
    ...rest,
    entropy: rest.entropy ?? 3,
    regex: `\\b(${form})(?:${end ?? "[^0-9A-Za-z_-]"}|$)`,
    get hits() {
      return [`export ${name}=${sample}\n`, `{"${name.toLowerCase()}": "${sample}"}`];
    },
    get misses() {
      return [`${name}: ${miss ?? shortened(sample)}\n`, `${name}: ${blank(sample)}\n`];
    },
  };
}

/** A value of which the vendor's name beside it says what it is. */
export interface NamedForm extends Shared {
  /** RE2 of the vendor's name, whatever its case. */
  readonly vendor: string;
  /** RE2 of the word behind it; by default one for any secret. */
  readonly kind?: string;
  readonly form: string;
  /** A variable that holds it, as in `ACME_API_KEY`, and a value. */
  readonly name: string;
  readonly sample: string;
}

/** A rule for such a value where it is given to a name: `ACME_API_KEY=…`, `acme.token: "…"`. */
export function named({ vendor, kind, form, name, sample, ...rest }: NamedForm): CatalogueRule {
  const field = (): string => name.toLowerCase().replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  return {
    ...rest,
    entropy: rest.entropy ?? 2.8,
    regex: assigned(`${vendor}[\\w.-]{0,24}?(?:${kind ?? "key|token|secret|auth|passw|pat"})`, form),
    get hits() {
      return [`${name}=${sample}\n`, `{"${field()}": "${sample}"}`];
    },
    get misses() {
      return [`${name}=${shortened(sample)}\n`, `${field()}: ${blank(sample)}\n`, `digest: ${sample}\n`];
    },
  };
}

/** RE2 for a value that is given to a name which says what it is: `name = "value"`, `name: value`, `"name": "value"`. */
export function assigned(name: string, value: string): string {
  return `(?i:${name})[\\w.-]{0,20}["'\\]]{0,2}[ \\t]{0,8}(?::=|=>|=|:)[ \\t]{0,8}["'\\x60]?(${value})(?:["'\\x60;,&)\\]}\\s]|$)`;
}

export const UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
export const UUID_SAMPLE = "{8:a-f0-9}-{4:a-f0-9}-{4:a-f0-9}-{4:a-f0-9}-{12:a-f0-9}";
