import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { KustodyError } from "../../../kernel/errors.ts";
import type { NamedLeak } from "../../../practices/git/scan/fingerprint.ts";
import { renderTemplateReport } from "../../../practices/git/scan/report/render-template.ts";

/** `--report-template FILE`. @throws KST_SCAN_REPORT, KST_TEMPLATE_INVALID, KST_TEMPLATE_FAILED, KST_TEMPLATE_BOUND */
export function templateReport(leaks: readonly NamedLeak[], file: string): Promise<string> {
  const sources = { now: () => Date.now(), random: randomBytes };
  return renderTemplateReport(leaks, { name: file, text: readTemplateFile(file), sources });
}

function readTemplateFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new KustodyError("KST_SCAN_REPORT", `cannot read the report template ${file}`, {
      hint: "check --report-template",
      cause,
    });
  }
}
