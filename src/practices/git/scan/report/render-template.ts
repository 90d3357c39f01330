import { parseNamedTemplate, render, type Sources } from "../../../../kernel/template/render-template.ts";
import { bytesOfText, textOfBytes } from "../../../../kernel/template/values/utf8.ts";
import { type GoObject, GoSlice, strings, type Value } from "../../../../kernel/template/values/value.ts";
import type { NamedLeak } from "../fingerprint.ts";
import { type ReportedLeak, reportedLeak } from "./reported-leak.ts";

/** A hundred thousand leaks with a few lines each. */
const BOUNDS = { steps: 50_000_000, outputBytes: 128 * 1024 * 1024, workBytes: 1024 * 1024 * 1024, millis: 120_000 };

/**
 * A report by a template of the user's: Go's text/template with sprig over the list of leaks, with gitleaks' names of fields.
 * Values are redacted before the template sees them.
 *
 * @throws KST_TEMPLATE_INVALID, KST_TEMPLATE_FAILED, KST_TEMPLATE_BOUND
 */
export function renderTemplateReport(
  leaks: readonly NamedLeak[],
  { name, text, sources }: { readonly name: string; readonly text: string; readonly sources: Sources },
): Promise<string> {
  const findings = new GoSlice(
    leaks.map((leak) => findingOf(reportedLeak(leak))),
    "report.Finding",
  );
  const options = { sources, missingKey: "default", bounds: BOUNDS } as const;
  return render(parseNamedTemplate(`the report template ${name}`, text), () => findings, options, textOfBytes);
}

/** A leak as gitleaks' struct: numbers are ints, and a field that there is none of is an error. */
function findingOf(leak: ReportedLeak): GoObject {
  const entries = Object.entries({ Link: "", Field: "", AtHead: false, LiveSecrets: [], ...leak });
  const fields = new Map(entries.map(([key, value]) => [key, valueOf(key, value)] as const));
  const json: GoObject = { ...OBJECT, fields: new Map([...fields].filter(([key]) => key !== "Link")) };
  return { ...OBJECT, fields: new Map([...fields, ["Line", fields.get("Match")]]), toJson: () => json };
}

const OBJECT = { type: "report.Finding", isPointer: false, methods: {} } as const;

function valueOf(key: string, value: string | number | boolean | readonly string[]): Value {
  if (typeof value === "string") return bytesOfText(value);
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return key === "Entropy" ? value : BigInt(value);
  return strings(value.map(bytesOfText));
}
