import type { ReportedLeak } from "./reported-leak.ts";

const COLUMNS = [
  "RuleID",
  "Commit",
  "File",
  "SymlinkFile",
  "Secret",
  "Match",
  "StartLine",
  "EndLine",
  "StartColumn",
  "EndColumn",
  "Author",
  "Message",
  "Date",
  "Email",
  "Fingerprint",
  "Tags",
] as const;

/** gitleaks' columns (RFC 4180, line ends as there); empty where there is nothing to report. */
export function renderCsv(leaks: readonly ReportedLeak[]): string {
  if (leaks.length === 0) return "";
  const rows = leaks.map((leak) =>
    COLUMNS.map((column) => cell(column === "Tags" ? leak.Tags.join(" ") : String(leak[column]))).join(","),
  );
  return `${[COLUMNS.join(","), ...rows].join("\n")}\n`;
}

/** A cell that begins like a formula would be one in a spreadsheet: it is quoted with an apostrophe. */
function cell(text: string): string {
  const safe = /^[=+@\t\r-]/.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
