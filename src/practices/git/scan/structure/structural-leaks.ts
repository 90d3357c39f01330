import { normalizeLineEnds } from "../../../../kernel/yaml/parse-yaml.ts";
import { candidateIsAllowed, type Origin, originIsAllowed } from "../allowlist.ts";
import { type Fragment, holdsLine } from "../fragments.ts";
import type { Leak } from "../leak.ts";
import type { Allowlist, Rule, Structure } from "../rule.ts";
import { variablesIn, wholeValue } from "./environment-file.ts";
import { fileKind, mayHoldValues } from "./file-kind.ts";
import { isReference, type StructuralValue } from "./structural-value.ts";
import { valuesOfText } from "./values-of-text.ts";

/** A file that stands beside the scanned one. */
export interface BesideFile {
  readonly origin: Origin;
  readonly bytes: Buffer;
  /** Only these lines, where it is a change that is scanned. */
  readonly added?: readonly Fragment[] | undefined;
}

export interface StructureScan {
  readonly rules: ReadonlyMap<Structure, Rule>;
  /** For all rules. */
  readonly allowlists: readonly Allowlist[];
  /** Whether `gitleaks:allow` in a line counts. */
  readonly allowComments: boolean;
  /** Finds a file by its path from the scanned one; undefined where there is none that may be read. */
  readonly beside?: ((path: string) => BesideFile | undefined) | undefined;
}

/** What of a value, or a line, allowlists are asked about. */
const LONGEST_JUDGED = 4096;
const LARGEST_BESIDE = 1024 * 1024;

/**
 * Each value in the clear that a file's structure tells: the parsed document is looked at, not a pattern. Ciphertext,
 * references and placeholders are none. Pure but for what `beside` reads; bounded in size, depth and expansion.
 */
export function* structuralLeaks(bytes: Buffer, origin: Origin, scan: StructureScan): Generator<Leak> {
  const kind = fileKind(origin.path);
  if (scan.rules.size === 0 || kind === undefined || !mayHoldValues(bytes, origin.path)) return;
  const text = normalizeLineEnds(bytes.toString("utf8"));
  const leakOf = leaksIn(text, origin, scan);
  for (const found of valuesOfText(text, origin.path, kind)) {
    if (!isReference(found)) yield* leakOf(found);
    else {
      const file = scan.beside?.(found.path);
      if (file === undefined || file.bytes.length > LARGEST_BESIDE) continue;
      const inner = normalizeLineEnds(file.bytes.toString("utf8"));
      const values = found.is === "variables" ? variablesIn(inner, "all") : wholeValue(inner);
      const leakOfInner = leaksIn(inner, file.origin, scan);
      for (const value of values)
        if (file.added?.some((piece) => holdsLine(piece, value.line)) !== false) yield* leakOfInner(value);
    }
  }
}

/** A value as a leak, unless its rule or a comment speaks against it. */
function leaksIn(
  text: string,
  origin: Origin,
  { rules, allowlists, allowComments }: StructureScan,
): (found: StructuralValue) => readonly Leak[] {
  const lines = text.split("\n");
  const concerned = new Set(
    [...rules.values()].filter(
      (rule) => !originIsAllowed(origin, rule.allowlists, "linear") && rule.path?.test(origin.path, "linear") !== false,
    ),
  );
  return ({ structure, field, line: number, column, secret }) => {
    const rule = rules.get(structure);
    if (rule === undefined || !concerned.has(rule)) return [];
    const line = lines[number - 1] ?? "";
    if (allowComments && line.includes("gitleaks:allow")) return [];
    const text = secret.unwrap().toString("utf8", 0, LONGEST_JUDGED);
    const candidate = { secret: text, match: text, line: line.slice(0, LONGEST_JUDGED) };
    if (candidateIsAllowed(candidate, origin, [...allowlists, ...rule.allowlists], "linear")) return [];
    return [
      {
        rule: rule.id,
        description: rule.description,
        file: origin.path,
        startLine: number,
        endLine: number,
        startColumn: column,
        endColumn: column,
        secret,
        entropy: 0,
        general: rule.general,
        tags: rule.tags,
        structural: true,
        ...(field === "" ? {} : { field }),
        ...(origin.commit === undefined ? {} : { commit: origin.commit }),
      },
    ];
  };
}
