import { KustodyError } from "../../../kernel/errors.ts";
import type { Leak } from "../../../practices/git/scan/leak.ts";
import { lintPatterns, lintRules, type RuleProblem } from "../../../practices/git/scan/lint/lint-rules.ts";
import type { Rule, RuleSet } from "../../../practices/git/scan/rule.ts";
import { Scanner } from "../../../practices/git/scan/scanner.ts";
import { loadRules } from "../scan/load-rules.ts";
import { readText } from "../scan/read-text.ts";
import type { Terminal } from "../terminal.ts";
import { json, ruleWithId, wantsJson } from "./described-rule.ts";

export interface TestCall {
  /** `-` is standard input; undefined: no text, the rules themselves alone. */
  readonly file: string | undefined;
  readonly config?: string;
  readonly output: string;
  readonly rule?: string;
  readonly as?: string;
  readonly terminal: Terminal;
}

const LARGEST_STDIN = 64 * 1024 * 1024;

/** What the text matched; where, and never with its value. */
interface Match {
  readonly rule: string;
  readonly line: number;
  readonly column: number;
}

/** Looks at rules, and tries them on a text. Returns 0 when they are sound and one matches, where there is a text; else 1. */
export async function runRulesTest(call: TestCall): Promise<number> {
  const asJson = wantsJson(call.output);
  const broken = call.config === undefined ? [] : await brokenPatterns(call.config);
  const set = broken.length > 0 ? undefined : await rulesOf(call);
  // Our own rules are known to be sound: where they are tried on a text, looking takes longer than trying.
  const isOurs = set?.isOurs === true && call.file !== undefined;
  const problems = broken.length > 0 || set === undefined || isOurs ? broken : lintRules(set);
  const text = call.file === undefined ? undefined : await textOf(call.file, call.terminal);
  const matches = set === undefined || text === undefined ? undefined : matchesIn(text, set, call);
  call.terminal.stdout.write(
    asJson ? json({ problems, ...(matches === undefined ? {} : { matches }) }) : rendered(problems, matches),
  );
  const isSound = !problems.some(({ level }) => level === "error");
  call.terminal.stderr.write(summary(set, problems, matches));
  const [only] = call.rule === undefined ? [] : (set?.rules ?? []);
  if (only !== undefined && text !== undefined && matches?.length === 0)
    call.terminal.stderr.write(`${only.id}: ${whyNothing(only, text, pathOf(call))}\n`);
  return isSound && matches?.length !== 0 ? 0 : 1;
}

/** All patterns of a configuration that are none; loading it would tell the first alone. */
async function brokenPatterns(config: string): Promise<readonly RuleProblem[]> {
  const { readConfigFile } = await import("../../../practices/git/scan/config/config-file.ts");
  return lintPatterns(readConfigFile(readText(config, "KST_SCAN_CONFIG", "the scanner's configuration"), config).rules);
}

async function rulesOf({ config, rule, terminal }: TestCall): Promise<RuleSet & { readonly isOurs: boolean }> {
  const { set, warnings, file } = await loadRules(".", config);
  for (const warning of warnings) terminal.stderr.write(`warning: ${warning}\n`);
  return {
    rules: rule === undefined ? set.rules : [ruleWithId(set.rules, rule)],
    allowlists: set.allowlists,
    isOurs: file === undefined,
  };
}

async function textOf(file: string, terminal: Terminal): Promise<string> {
  if (file !== "-") return readText(file, "KST_INPUT_UNREADABLE", "the text");
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of terminal.stdin as AsyncIterable<Uint8Array | string>) {
    length += chunks[chunks.push(Buffer.from(chunk)) - 1]?.length ?? 0;
    if (length > LARGEST_STDIN) {
      throw new KustodyError("KST_INPUT_UNREADABLE", `standard input is longer than ${LARGEST_STDIN} bytes`, {
        hint: "'kustody scan stdin' takes more",
      });
    }
  }
  return Buffer.concat(chunks).toString("utf8");
}

function matchesIn(text: string, set: RuleSet, call: TestCall): readonly Match[] {
  const scanner = new Scanner(set, { maxDecodeDepth: 5, allowComments: true });
  return scanner.scan([{ origin: { path: pathOf(call) }, bytes: Buffer.from(text) }]).map(matchOf);
}

function pathOf({ file, as }: TestCall): string {
  return as ?? (file === undefined || file === "-" ? "" : file);
}

/** At which step a rule turned away from a text. */
function whyNothing({ regex, path, keywords }: Rule, text: string, file: string): string {
  if (path !== undefined && !path.test(file, "linear")) return "it looks at other files: see --as";
  const lower = text.toLowerCase();
  if (keywords.length > 0 && !keywords.some((word) => lower.includes(word)))
    return "none of its keywords is in the text";
  if (regex?.test(text, "linear") === false) return "its pattern matches nothing in the text";
  return "what its pattern matches is no secret: too little entropy, an allowlist, a wrong checksum, or too much like words";
}

function matchOf({ rule, startLine, startColumn }: Leak): Match {
  return { rule, line: startLine, column: startColumn };
}

function rendered(problems: readonly RuleProblem[], matches: readonly Match[] = []): string {
  return [
    ...problems.map(({ level, rule, problem }) => `${level}: ${rule === "" ? "all rules" : rule}: ${problem}\n`),
    ...matches.map(({ rule, line, column }) => `${line}:${column}  ${rule}\n`),
  ].join("");
}

function summary(
  set: RuleSet | undefined,
  problems: readonly RuleProblem[],
  matches: readonly Match[] | undefined,
): string {
  const sound = problems.length === 0 ? "no problems" : `problems: ${problems.length}`;
  const rules =
    set === undefined ? sound : `${set.rules.length} ${set.rules.length === 1 ? "rule" : "rules"}, ${sound}`;
  return matches === undefined ? `${rules}\n` : `${rules}, matches: ${matches.length}\n`;
}
