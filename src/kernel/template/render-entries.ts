import { Secret } from "../secret/secret.ts";
import { formatGoFloat } from "../stores/value/go-number.ts";
import { readYaml11 } from "../yaml/read-yaml11.ts";
import { type NamedTemplate, type RenderOptions, render, valuesOf } from "./render-template.ts";
import { failed } from "./template-fault.ts";
import { bytesOfText, textOfBytes } from "./values/utf8.ts";

/**
 * Renders a template whose output is a YAML mapping of texts, External Secrets Operator's `KeysAndValues`. Numbers and
 * booleans count as the texts that Go writes for them, null as nothing. (A whole number written as `1e6` counts as 1000000.)
 *
 * @throws as renderTemplate, and KST_TEMPLATE_FAILED where the output is something else
 */
export function renderEntries(
  template: NamedTemplate,
  data: ReadonlyMap<string, Secret>,
  options: RenderOptions,
): Promise<Map<string, Secret>> {
  return render(template, () => valuesOf(data), options, entriesOf);
}

/** What a template gave, for a label or an annotation: whoever writes such a template makes it readable. A door. */
export function openly(rendered: Secret): string {
  return rendered.unwrap().toString("utf8");
}

function entriesOf(bytes: string): Map<string, Secret> {
  const reading = readYaml11(textOfBytes(bytes));
  if (!reading.ok) throw failed(`its output is no YAML: ${bytesOfText(reading.reason)}`);
  if (reading.value === null) return new Map();
  if (typeof reading.value !== "object" || Array.isArray(reading.value)) throw failed("its output is no mapping");
  return new Map(Object.entries(reading.value).map(([key, value]) => [key, Secret.fromText(scalarText(value))]));
}

function scalarText(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : formatShortest(value);
  throw failed("an entry of its output is no text: quote it, or write it with toJson and quote");
}

/** As Go's `strconv.FormatFloat(number, 'g', -1, 64)`: with an exponent below 1e-4 and from 1e6. */
function formatShortest(number: number): string {
  const size = Math.abs(number);
  if (!Number.isFinite(number) || (size >= 1e-4 && size < 1e6)) return formatGoFloat(number);
  const [mantissa = "", exponent = "0"] = number.toExponential().split("e");
  const power = Number(exponent);
  return `${mantissa}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}
