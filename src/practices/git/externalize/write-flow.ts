import { asList, isRecord } from "../../../kernel/untyped.ts";
import type { MappingRange } from "../../../kernel/yaml/member-ranges.ts";

/** A member as JSON in the manner of the mapping that takes it in: on lines of its own with the same indentation, or in one. Pure. */
export function writeFlowMember(text: string, root: MappingRange, key: string, value: unknown): string {
  const [first] = root.members;
  const quote = text[first?.keyStart ?? 0] === '"' ? '"' : "";
  const space = quote === "" || root.members.some((member) => text[member.value.start - 1] === " ") ? " " : "";
  return `${quote}${key}${quote}:${space}${writeFlow(text, root, value, space)}`;
}

function writeFlow(text: string, root: MappingRange, value: unknown, space: string): string {
  const outer = ownLine(text, root.members[0]?.keyStart);
  if (outer === undefined) return oneLine(value, space);
  const nested = root.members.find(({ mapping }) => ownLine(text, mapping?.members[0]?.keyStart) !== undefined);
  const inner = ownLine(text, nested?.mapping?.members[0]?.keyStart) ?? "";
  const unit = inner.startsWith(outer) && inner.length > outer.length ? inner.slice(outer.length) : outer || "  ";
  return JSON.stringify(value, undefined, unit).replaceAll("\n", `\n${outer}`);
}

/** The white space before what stands first in its line; undefined where it doesn't. */
function ownLine(text: string, at: number | undefined): string | undefined {
  if (at === undefined) return undefined;
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const before = text.slice(start, at);
  return start > 0 && /^[ \t]*$/.test(before) ? before : undefined;
}

function oneLine(value: unknown, space: string): string {
  if (Array.isArray(value))
    return `[${asList(value)
      .map((item) => oneLine(item, space))
      .join(`,${space}`)}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}:${space}${oneLine(member, space)}`,
  );
  return `{${members.join(`,${space}`)}}`;
}
