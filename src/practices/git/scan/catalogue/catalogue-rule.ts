import type { Structure } from "../rule.ts";

/** A rule of our own catalogue, with the proof that it does what it says. */
export interface CatalogueRule {
  /** gitleaks' id where a rule of its default configuration covers the same token. */
  readonly id: string;
  readonly description: string;
  /** Where the vendor documents the token's format. */
  readonly source: string;
  /** RE2; the first group is the secret. */
  readonly regex?: string;
  readonly structure?: Structure;
  readonly keywords: readonly string[];
  readonly entropy?: number;
  readonly general?: boolean;
  /** Secrets that match one of these are none: placeholders that only this rule meets. */
  readonly allow?: readonly string[];
  /**
   * Texts that the rule finds something in, and texts in which it finds nothing, at least two each. `{36:A-Za-z0-9}` stands
   * for that many random characters of a class, so that the catalogue itself holds no token.
   */
  readonly hits: readonly string[];
  readonly misses: readonly string[];
}

/** A token that its vendor gave a form which nothing else has. */
export interface TokenForm {
  readonly id: string;
  readonly description: string;
  readonly source: string;
  /** RE2 of the token, without its surroundings. */
  readonly form: string;
  readonly keywords: readonly string[];
  readonly entropy?: number;
  /** A token, and something that looks like one and isn't. */
  readonly sample: string;
  readonly miss: string;
}

/** A rule for such a token wherever it stands by itself. */
export function token({ form, sample, miss, ...rest }: TokenForm): CatalogueRule {
  const blank = sample.replaceAll(/\{(\d+):[^}]*\}/g, (_, count: string) => "x".repeat(Number(count)));
  return {
    ...rest,
    entropy: rest.entropy ?? 3,
    regex: `(?:^|[^0-9A-Za-z_-])(${form})(?:[^0-9A-Za-z_-]|$)`,
    hits: [`export TOKEN=${sample}\n`, `{"token": "${sample}"}`],
    misses: [`token: ${miss}\n`, `token: ${blank}\n`],
  };
}

/** RE2 for a value that is given to a name which says what it is: `name = "value"`, `name: value`, `"name": "value"`. */
export function assigned(name: string, value: string): string {
  return `(?i:${name})[\\w.-]{0,20}["'\\]]{0,2}[ \\t]{0,8}(?::=|=>|=|:)[ \\t]{0,8}["'\\x60]?(${value})(?:["'\\x60;,\\s]|$)`;
}
