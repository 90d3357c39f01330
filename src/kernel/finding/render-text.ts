import { styleText } from "node:util";
import { type Finding, PRACTICES, type Severity } from "./finding.ts";
import { placeOf, printable, printableLines } from "./printable.ts";
import { countBySeverity, findingsOf, type PracticeScore, type Scorecard } from "./scorecard.ts";

export interface TextOptions {
  readonly color: boolean;
  /** How many findings of one rule are shown; the rest is counted. */
  readonly perRule?: number;
}

type Style = Parameters<typeof styleText>[0];

/** The scorecard for people: findings by practice and rule, then the eight practices in a table. Ends with a newline. */
export function renderText(scorecard: Scorecard, options: TextOptions): string {
  const paint = (style: Style, text: string): string =>
    options.color ? styleText(style, text, { validateStream: false }) : text;
  const page = new TextPage(paint, options.perRule ?? 10);
  return [
    ...scorecard.practices.flatMap((score) => page.practice(score)),
    ...page.inputErrors(scorecard),
    ...page.table(scorecard),
    page.totals(scorecard),
    "",
  ].join("\n");
}

const SEVERITY_STYLE: Readonly<Record<Severity, Style>> = {
  critical: ["bold", "red"],
  high: "red",
  medium: "yellow",
  low: "blue",
  info: "gray",
};

const STATE_STYLE: Readonly<Record<PracticeScore["state"], Style>> = {
  passed: "green",
  failed: "red",
  "not assessed": "gray",
};

class TextPage {
  readonly #paint: (style: Style, text: string) => string;
  readonly #perRule: number;

  constructor(paint: (style: Style, text: string) => string, perRule: number) {
    this.#paint = paint;
    this.#perRule = perRule;
  }

  practice({ practice, findings }: PracticeScore): string[] {
    if (findings.length === 0) return [];
    const { number, title } = PRACTICES[practice];
    const byRule = Map.groupBy(findings, ({ rule }) => rule);
    return [
      this.#paint("bold", `${number} ${title}`),
      ...[...byRule].flatMap(([rule, ofRule]) => this.#rule(rule, ofRule)),
      "",
    ];
  }

  #rule(rule: string, findings: readonly Finding[]): string[] {
    const shown = findings.slice(0, this.#perRule);
    const more = findings.length - shown.length;
    const [first] = findings;
    return [
      `  ${rule}`,
      ...shown.flatMap(({ severity, subject, message }) => [
        `    ${this.#paint(SEVERITY_STYLE[severity], severity.padEnd(8))} ${placeOf(subject)}`,
        `             ${printable(message)}`,
      ]),
      ...(more > 0 ? [`    … and ${more} more of the same rule (--output json shows all)`] : []),
      ...this.#advice("why:", first?.hint),
      ...this.#advice("fix:", first?.fix),
    ];
  }

  #advice(label: string, text: string | undefined): string[] {
    if (text === undefined) return [];
    return printableLines(text)
      .split("\n")
      .map((line, index) => this.#paint("dim", `    ${index === 0 ? label : "    "} ${line}`));
  }

  inputErrors({ inputErrors }: Scorecard): string[] {
    if (inputErrors.length === 0) return [];
    const lines = inputErrors.map(({ location, reason }) => {
      const { file, line, column } = location;
      return `  ${printable(file)}${line === undefined ? "" : `:${line}:${column ?? 1}`}  ${printable(reason)}`;
    });
    return [this.#paint("bold", "could not be read, and is not part of the score"), ...lines, ""];
  }

  table({ practices }: Scorecard): string[] {
    const width = Math.max(...practices.map(({ practice }) => PRACTICES[practice].title.length));
    return practices.map((score) => {
      const { number, title } = PRACTICES[score.practice];
      const state = this.#paint(STATE_STYLE[score.state], score.state.padEnd(12));
      return `${number} ${title.padEnd(width)}  ${state}  ${detailOf(score)}`.trimEnd();
    });
  }

  totals(scorecard: Scorecard): string {
    const left = Object.entries(scorecard.passedOver).sort(([one], [other]) => (one < other ? -1 : 1));
    const passedOver = left.map(([reason, count]) => `${count} ${reason}`).join(", ");
    const findings = findingsOf(scorecard);
    return `${amount(scorecard.objects, "object")}, ${amount(findings.length, "finding")}${passedOver === "" ? "" : `; passed over: ${passedOver}`}`;
  }
}

function detailOf({ state, assessed, reason, findings }: PracticeScore): string {
  if (state === "not assessed") return reason ?? "";
  const counts = Object.entries(countBySeverity(findings))
    .toReversed()
    .filter(([, count]) => count > 0)
    .map(([severity, count]) => `${count} ${severity}`);
  return [`${amount(assessed, "object")} looked at`, ...counts].join(", ");
}

function amount(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
