import type { Leak } from "./leak.ts";

/** Without what a general rule found and a specific one found too, with all of its value. */
export function withoutGeneral(leaks: readonly Leak[]): readonly Leak[] {
  if (!leaks.some(({ general }) => general)) return leaks;
  const specific = leaks.filter(({ general }) => !general);
  return leaks.filter((leak) => !leak.general || !specific.some((other) => covers(other, leak)));
}

function covers(specific: Leak, { general, startLine, secret }: Leak): boolean {
  const lastLine = general === "lines" ? specific.endLine : specific.startLine;
  return specific.startLine <= startLine && startLine <= lastLine && specific.secret.includes(secret);
}
