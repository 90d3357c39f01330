import { roundEntropy } from "../baseline.ts";
import type { NamedLeak } from "../fingerprint.ts";

/** A leak in the words of gitleaks' reports, which other tools read. Values are always redacted, and so is the text around them. */
export interface ReportedLeak {
  readonly RuleID: string;
  readonly Description: string;
  readonly StartLine: number;
  readonly EndLine: number;
  readonly StartColumn: number;
  readonly EndColumn: number;
  readonly Match: string;
  readonly Secret: string;
  readonly File: string;
  readonly SymlinkFile: string;
  readonly Commit: string;
  readonly Entropy: number;
  readonly Author: string;
  readonly Email: string;
  readonly Date: string;
  readonly Message: string;
  readonly Tags: readonly string[];
  readonly Fingerprint: string;
  /** Ours: see fingerprint.ts. */
  readonly StableFingerprint: string;
  /** Ours: the field of a Kubernetes object. */
  readonly Field?: string;
  /** Ours, in a history: whether the value still stands in a file of the commit that is checked out. */
  readonly AtHead?: boolean;
  /** Ours: the Secrets of a cluster that hold the value, as namespace/name/key. */
  readonly LiveSecrets?: readonly string[];
}

export function reportedLeak(leak: NamedLeak): ReportedLeak {
  const isPath = leak.secret.size === 0;
  return {
    RuleID: leak.rule,
    Description: leak.description,
    StartLine: leak.startLine,
    EndLine: leak.endLine,
    StartColumn: leak.startColumn,
    EndColumn: leak.endColumn,
    Match: isPath ? `file detected: ${leak.file}` : "REDACTED",
    Secret: isPath ? "" : "REDACTED",
    File: leak.file,
    SymlinkFile: "",
    Commit: leak.commit ?? "",
    Entropy: roundEntropy(leak.entropy),
    Author: leak.origin?.author ?? "",
    Email: leak.origin?.email ?? "",
    Date: leak.origin?.date ?? "",
    Message: leak.origin?.message ?? "",
    Tags: leak.tags,
    Fingerprint: leak.fingerprint,
    StableFingerprint: leak.stableFingerprint,
    ...(leak.field === undefined ? {} : { Field: leak.field }),
    ...(leak.origin === undefined ? {} : { AtHead: leak.origin.atHead }),
    ...(leak.live === undefined ? {} : { LiveSecrets: leak.live }),
  };
}
