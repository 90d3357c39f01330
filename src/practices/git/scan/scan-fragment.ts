import type { Engine } from "../../../kernel/regexp/pattern.ts";
import type { Origin } from "./allowlist.ts";
import { decodeText, type Segment } from "./decode/decode-text.ts";
import type { Leak } from "./leak.ts";
import { lineBreaksOf } from "./match-location.ts";
import { matchRule } from "./match-rule.ts";
import type { PreparedRules } from "./prepared-rules.ts";
import { type ScanText, textOfBytes } from "./text-of-bytes.ts";
import { withoutGeneral } from "./without-general.ts";

export interface FragmentScan {
  readonly rules: PreparedRules;
  readonly maxDecodeDepth: number;
  /** Whether `gitleaks:allow` in a line counts. */
  readonly allowComments: boolean;
  /** Which engine a rule's patterns run on. */
  readonly engineOf: (rule: string) => Engine;
}

/** A piece of a file as the rules see it: the text itself, then what it holds when one layer after the other is decoded. */
export interface Round {
  readonly origin: Origin;
  readonly startLine: number;
  /** The text as it stands in the file. */
  readonly raw: ScanText;
  readonly lineBreaks: () => readonly number[];
  readonly current: ScanText;
  /** What was decoded to come from `raw` to `current`. */
  readonly segments: readonly Segment[];
}

/** The leaks in one piece of a file. Pure; its time is bounded by the caller, who may ask for the linear engine. */
export function scanFragment(bytes: Buffer, startLine: number, origin: Origin, scan: FragmentScan): readonly Leak[] {
  const raw = textOfBytes(bytes);
  let breaks: readonly number[] | undefined;
  const lineBreaks = (): readonly number[] => (breaks ??= lineBreaksOf(raw.text));
  const leaks: Leak[] = [];
  let current = raw;
  let currentBytes = bytes;
  let segments: readonly Segment[] = [];
  for (let depth = 0; ; ) {
    const round: Round = { origin, startLine, raw, lineBreaks, current, segments };
    for (const rule of scan.rules.selected(currentBytes)) leaks.push(...matchRule(rule, round, scan));
    depth += 1;
    if (depth > scan.maxDecodeDepth) break;
    const decoded = decodeText(current.text, segments);
    segments = decoded.segments;
    if (segments.length === 0) break;
    currentBytes = Buffer.from(decoded.text);
    current = { text: decoded.text, ascii: currentBytes.length === decoded.text.length };
  }
  return withoutGeneral(leaks);
}
