const COLORS: Readonly<Record<string, number>> = { debug: 90, info: 36, warn: 33, error: 31 };

/** One JSON log line as a person reads it: time, level, message, fields, and below it an error's causes. */
export function renderLogLine(json: string, color: boolean): string {
  const { time, level, message, error, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const label = String(level).toUpperCase().padEnd(5);
  const painted = color ? `\u001b[${COLORS[String(level)] ?? 0}m${label}\u001b[0m` : label;
  const rest = Object.entries(fields).map(([key, value]) => ` ${oneLine(key)}=${renderValue(value)}`);
  const causes = causeChain(error).map((cause) => `  ${cause}\n`);
  return `${String(time).slice(11, 19)} ${painted} ${oneLine(String(message))}${rest.join("")}\n${causes.join("")}`;
}

function renderValue(value: unknown): string {
  return typeof value === "string" && /^[\w./:@[\]-]+$/.test(value) ? value : oneLine(JSON.stringify(value) ?? "");
}

function causeChain(error: unknown): string[] {
  const lines: string[] = [];
  for (let at = error; typeof at === "object" && at !== null; at = (at as { cause?: unknown }).cause) {
    const { code, message, hint } = at as Record<string, unknown>;
    const said = `${typeof code === "string" ? `[${code}] ` : ""}${oneLine(String(message))}`;
    lines.push(lines.length === 0 ? said : `because: ${said}`);
    if (typeof hint === "string") lines.push(`hint: ${oneLine(hint)}`);
  }
  if (lines.length === 0 && error !== undefined) lines.push(oneLine(JSON.stringify(error) ?? ""));
  return lines;
}

/** Control characters escaped: a message can neither forge a line nor drive the terminal. */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (char) => JSON.stringify(char).slice(1, -1));
}
