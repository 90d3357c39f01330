import type { Engine } from "../../../kernel/regexp/pattern.ts";
import { Secret } from "../../../kernel/secret/secret.ts";
import { candidateIsAllowed, originIsAllowed } from "./allowlist.ts";
import { decodedLine, decodeTags, toOriginal, touched } from "./decode/decode-text.ts";
import type { Leak } from "./leak.ts";
import { locateMatch } from "./match-location.ts";
import type { RequiredRule, Rule } from "./rule.ts";
import type { FragmentScan, Round } from "./scan-fragment.ts";
import { shannonEntropy } from "./shannon-entropy.ts";

const ALLOW_COMMENT = "gitleaks:allow";

/** What one rule finds in one round, with what it requires beside it. */
export function matchRule(rule: Rule, round: Round, scan: FragmentScan): readonly Leak[] {
  if (rule.skipReport) return [];
  const leaks = matchAlone(rule, round, scan);
  if (rule.required.length === 0 || leaks.length === 0) return leaks;
  const found = new Map(
    rule.required.map(({ id }) => {
      const other = scan.rules.byId(id);
      return [id, other === undefined ? [] : matchAlone(other, round, scan)];
    }),
  );
  return leaks.filter((leak) =>
    rule.required.every((required) => found.get(required.id)?.some((other) => isNear(leak, other, required)) === true),
  );
}

function isNear(leak: Leak, other: Leak, { withinLines, withinColumns }: RequiredRule): boolean {
  return (
    (withinLines === undefined || Math.abs(leak.startLine - other.startLine) <= withinLines) &&
    (withinColumns === undefined || Math.abs(leak.startColumn - other.startColumn) <= withinColumns)
  );
}

function matchAlone(rule: Rule, round: Round, scan: FragmentScan): readonly Leak[] {
  const { origin, current, segments } = round;
  const engine = scan.engineOf(rule.id);
  if (originIsAllowed(origin, rule.allowlists, engine)) return [];
  if (rule.path !== undefined && !rule.path.test(origin.path, engine)) return [];
  if (rule.regex === undefined) return segments.length === 0 ? [pathLeak(rule, round)] : [];
  const leaks: Leak[] = [];
  let lastEnd = -1;
  for (let from = 0; from <= current.text.length; ) {
    const found = rule.regex.search(current.text, from, current.ascii, engine);
    if (found === undefined) break;
    const [start, end] = found;
    from = end === start ? end + 1 : end;
    if (end === start && end === lastEnd) continue;
    lastEnd = end;
    const leak = judge(rule, round, { start, end }, { scan, engine });
    if (leak !== undefined) leaks.push(leak);
  }
  return leaks;
}

interface Means {
  readonly scan: FragmentScan;
  readonly engine: Engine;
}

/** A match as a leak, unless something speaks against it. The one place where values are strings. */
function judge(
  rule: Rule,
  round: Round,
  span: { readonly start: number; readonly end: number },
  { scan, engine }: Means,
): Leak | undefined {
  const { origin, raw, current, segments } = round;
  const match = current.text.slice(span.start, span.end).replaceAll(/^\n+|\n+$/g, "");
  const around = touched(segments, span);
  if (segments.length > 0 && around.length === 0) return undefined; // it was there before decoding
  const place = segments.length > 0 ? toOriginal(around, span) : { start: span.start, end: span.start + match.length };
  const location = locateMatch(raw, round.lineBreaks(), place.start, place.end);
  const rawLine = raw.text.slice(...location.line);
  if (scan.allowComments && rawLine.includes(ALLOW_COMMENT)) return undefined;
  const secret = secretOf(rule, match, engine);
  const entropy = shannonEntropy(secret);
  if (secret === "" || (rule.entropy !== 0 && entropy <= rule.entropy)) return undefined;
  const line = around.length > 0 ? decodedLine(around, current.text) : rawLine;
  const candidate = { secret, match, line };
  if (candidateIsAllowed(candidate, origin, [...scan.rules.allowlists, ...rule.allowlists], engine)) return undefined;
  if (rule.accepts?.(candidate) === false) return undefined;
  return {
    rule: rule.id,
    description: rule.description,
    file: origin.path,
    startLine: round.startLine + location.startLine,
    endLine: round.startLine + location.endLine,
    startColumn: location.startColumn,
    endColumn: location.endColumn,
    secret: Secret.fromText(secret),
    entropy,
    general: rule.general,
    tags: [...rule.tags, ...decodeTags(around)],
    ...(origin.commit === undefined ? {} : { commit: origin.commit }),
  };
}

/** The rule's group, by matching the match again by itself. */
function secretOf(rule: Rule, match: string, engine: Engine): string {
  const places = rule.regex?.places(match, engine);
  if (places === undefined) return match;
  const group = (index: number): string => match.slice(places[2 * index] ?? 0, Math.max(places[2 * index + 1] ?? 0, 0));
  if (places.length <= 2) return match;
  if (rule.secretGroup > 0) return group(rule.secretGroup);
  for (let index = 1; 2 * index < places.length; index++)
    if ((places[2 * index] ?? -1) >= 0 && group(index) !== "") return group(index);
  return match;
}

function pathLeak(rule: Rule, { origin }: Round): Leak {
  return {
    rule: rule.id,
    description: rule.description,
    file: origin.path,
    startLine: 0,
    endLine: 0,
    startColumn: 0,
    endColumn: 0,
    secret: Secret.fromText(""),
    entropy: 0,
    general: rule.general,
    tags: rule.tags,
    ...(origin.commit === undefined ? {} : { commit: origin.commit }),
  };
}
