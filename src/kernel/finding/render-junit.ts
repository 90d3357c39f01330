import { type Finding, PRACTICES } from "./finding.ts";
import { placeOf, printable, printableLines } from "./printable.ts";
import type { InputError, PracticeScore, RuleSummary, Scorecard } from "./scorecard.ts";

/**
 * JUnit XML: one suite for each practice, one test case for each finding and for each rule without one; a practice that
 * was not assessed is one skipped case, and remarks (severity info) do not fail. Ends with a newline.
 */
export function renderJunit(scorecard: Scorecard): string {
  const suites = scorecard.practices.map((score) =>
    suiteOf(
      score,
      scorecard.rules.filter(({ practice }) => practice === score.practice),
    ),
  );
  if (scorecard.inputErrors.length > 0) suites.push(inputSuite(scorecard.inputErrors));
  const body = suites.map(({ xml }) => xml).join("");
  const total = (key: "tests" | "failures" | "errors" | "skipped"): number =>
    suites.reduce((sum, suite) => sum + suite[key], 0);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="kustody" tests="${total("tests")}" failures="${total("failures")}" errors="${total("errors")}" skipped="${total("skipped")}">\n${body}</testsuites>\n`;
}

interface Suite {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
  readonly xml: string;
}

function suite(name: string, cases: readonly string[], counts: Partial<Suite>): Suite {
  const { failures = 0, errors = 0, skipped = 0 } = counts;
  const attributes = `name="${attribute(name)}" tests="${cases.length}" failures="${failures}" errors="${errors}" skipped="${skipped}"`;
  return {
    tests: cases.length,
    failures,
    errors,
    skipped,
    xml: `  <testsuite ${attributes}>\n${cases.join("")}  </testsuite>\n`,
  };
}

function suiteOf({ practice, state, reason, findings }: PracticeScore, rules: readonly RuleSummary[]): Suite {
  const { number, title } = PRACTICES[practice];
  const name = `${number} ${title}`;
  if (state === "not assessed") {
    const skipped = testCase(practice, "not assessed", `      <skipped message="${attribute(reason ?? "")}"/>\n`);
    return suite(name, [skipped], { skipped: 1 });
  }
  const failing = new Set(findings.map(({ rule }) => rule));
  const cases = [
    ...findings.map(findingCase),
    ...rules.filter(({ rule }) => !failing.has(rule)).map(({ rule }) => testCase(practice, rule, "")),
  ];
  return suite(name, cases, { failures: findings.filter(({ severity }) => severity !== "info").length });
}

function findingCase(finding: Finding): string {
  const { rule, practice, severity, subject, message, hint, fix } = finding;
  const lines = [
    placeOf(subject),
    message,
    ...(hint === undefined ? [] : [`why: ${hint}`]),
    ...(fix === undefined ? [] : [`fix: ${fix}`]),
  ];
  const text = content(lines.join("\n"));
  const outcome =
    severity === "info"
      ? `      <system-out>${text}</system-out>\n`
      : `      <failure type="${severity}" message="${attribute(message)}">${text}</failure>\n`;
  const { file, line } = subject.location ?? {};
  const where = `${file === undefined ? "" : ` file="${attribute(file)}"`}${line === undefined ? "" : ` line="${line}"`}`;
  return testCase(practice, `${rule} ${placeOf(subject)}`, outcome, where);
}

function inputSuite(errors: readonly InputError[]): Suite {
  const cases = errors.map(({ location, reason }) =>
    testCase("input", `${location.file}:${location.line ?? 1}`, `      <error message="${attribute(reason)}"/>\n`),
  );
  return suite("input", cases, { errors: errors.length });
}

function testCase(classname: string, name: string, inner: string, more = ""): string {
  const head = `    <testcase classname="kustody.${attribute(classname)}" name="${attribute(name)}"${more}`;
  return inner === "" ? `${head}/>\n` : `${head}>\n${inner}    </testcase>\n`;
}

/** XML 1.0 has no way to write most control characters: they are made visible before the rest is escaped. */
function attribute(text: string): string {
  return content(printable(text)).replaceAll('"', "&quot;");
}

function content(text: string): string {
  return printableLines(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
