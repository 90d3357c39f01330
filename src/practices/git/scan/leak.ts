import type { Secret } from "../../../kernel/secret/secret.ts";
import type { General } from "./rule.ts";

/** A finding of the scanner, before it is filtered by ignore files. Its value is nowhere but in `secret`. */
export interface Leak {
  readonly rule: string;
  readonly description: string;
  readonly file: string;
  /** Lines from 1; columns as gitleaks counts them (see match-location.ts). */
  readonly startLine: number;
  readonly endLine: number;
  readonly startColumn: number;
  readonly endColumn: number;
  /** Empty where the file's name alone is the finding. */
  readonly secret: Secret;
  readonly entropy: number;
  /** Whether it steps back where a rule that is not general found the same. */
  readonly general: General;
  readonly tags: readonly string[];
  /** Path inside a Kubernetes object, where the leak was found by its structure. */
  readonly field?: string;
  /** Found by parsing a file, not by matching text. */
  readonly structural?: true;
  readonly commit?: string;
  /** Of a leak in a history: the commit that brought the value into the file. */
  readonly origin?: LeakOrigin;
}

export interface LeakOrigin {
  readonly author: string;
  readonly email: string;
  /** RFC 3339, in UTC. */
  readonly date: string;
  readonly message: string;
  /** Whether the value still stands in a file of the commit that is checked out. */
  readonly atHead: boolean;
}
