import { printable } from "../../../kernel/finding/printable.ts";
import { describeChange, type TakeoverPlan } from "../../../practices/managers/index.ts";

/** The plan for a person: what is in the way, what will differ, what is changed, what is left to do. Pure. */
export function renderTakeover({ obstacles, differences, changes, advice }: TakeoverPlan): string {
  const sections = [
    section("In the way", obstacles),
    section(
      "Differences",
      differences.map(({ subject, what }) => `${subject}: ${what}`),
    ),
    section("Changes", changes.map(describeChange)),
    section("For you to do", advice),
  ].filter((text) => text !== "");
  return sections.length === 0
    ? "Nothing is in the way, nothing differs, and nothing is left to change.\n"
    : sections.join("\n");
}

function section(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return "";
  return `${title} (${lines.length})\n${lines.map((line) => `  ${printable(line)}\n`).join("")}`;
}
