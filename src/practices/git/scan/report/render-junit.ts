import { printable, printableLines } from "../../../../kernel/finding/printable.ts";
import type { ReportedLeak } from "./reported-leak.ts";

/** JUnit XML as gitleaks writes it: one suite, one failed case for each leak. */
export function renderJunit(leaks: readonly ReportedLeak[]): string {
  const cases = leaks.map((leak) => {
    const message = messageOf(leak);
    const head = `\t\t<testcase classname="${escaped(leak.Description)}" file="${escaped(leak.File)}" name="${message}" time="">`;
    const data = content(JSON.stringify(leak, null, "\t"));
    return `${head}\n\t\t\t<failure message="${message}" type="${escaped(leak.Description)}">${data}</failure>\n\t\t</testcase>\n`;
  });
  const count = leaks.length;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n\t<testsuite failures="${count}" name="kustody" tests="${count}" time="">\n${cases.join("")}\t</testsuite>\n</testsuites>\n`;
}

function messageOf({ RuleID, File, StartLine, Commit }: ReportedLeak): string {
  const commit = Commit === "" ? "" : `, at commit ${Commit}`;
  return escaped(`${RuleID} has detected a secret in file ${File}, line ${StartLine}${commit}.`);
}

function escaped(text: string): string {
  return content(printable(text)).replaceAll('"', "&quot;");
}

function content(text: string): string {
  return printableLines(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
