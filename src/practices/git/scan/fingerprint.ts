import { Secret } from "../../../kernel/secret/secret.ts";
import type { Leak } from "./leak.ts";

/** A leak with the names by which ignore files and baselines know it. */
export interface NamedLeak extends Leak {
  /** gitleaks': `file:rule:line`, or `commit:file:rule:line`; it changes when lines move or commits are rewritten. */
  readonly fingerprint: string;
  /** Ours: `kst1:file:rule:ordinal:16 bits of the value`; it stays through rebase, squash, and lines that move. */
  readonly stableFingerprint: string;
  /** The Secrets of a cluster that hold the same value, as namespace/name/key, where that was asked. */
  readonly live?: readonly string[];
}

/**
 * Public: what comes out has to be the same on every machine. That keeps nobody from trying guesses, so only 16 bits are
 * taken: enough to tell neighbours apart, while of any million guesses fifteen fit.
 */
const PUBLIC_KEY = Secret.fromBytes(Buffer.alloc(32, "kustody.dev/scan/fingerprint/v1/"));

/** Leaks in the order of reports (file, line, column, rule), each named. Pure. */
export function nameLeaks(leaks: readonly Leak[]): readonly NamedLeak[] {
  const counts = new Map<string, number>();
  return leaks.toSorted(inOrder).map((leak) => {
    const { file, rule, startLine, commit, secret } = leak;
    const print = secret.fingerprint(PUBLIC_KEY).toString("hex", 0, 2);
    const same = JSON.stringify([file, rule, print]);
    const ordinal = (counts.get(same) ?? 0) + 1;
    counts.set(same, ordinal);
    const name = `${file}:${rule}:${startLine}`;
    return {
      ...leak,
      fingerprint: commit === undefined ? name : `${commit}:${name}`,
      stableFingerprint: `kst1:${file}:${rule}:${ordinal}:${print}`,
    };
  });
}

function inOrder(a: Leak, b: Leak): number {
  return (
    compare(a.file, b.file) ||
    a.startLine - b.startLine ||
    a.startColumn - b.startColumn ||
    compare(a.rule, b.rule) ||
    a.endLine - b.endLine ||
    a.endColumn - b.endColumn
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
