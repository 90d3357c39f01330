import type { MappingRange, MemberRange, TextRange } from "../../../../kernel/yaml/member-ranges.ts";
import { LAST_APPLIED } from "../server-fields.ts";

/** A piece of a text that must not be shown. */
export type Mask = TextRange;

/** Where values stand in a Secret's document. Pure. */
export function masksOf(text: string, { members }: MappingRange): readonly Mask[] {
  return members.flatMap((member) => {
    if (member.key === "data" || member.key === "stringData") return masksOfSection(text, member);
    if (member.key !== "metadata") return [];
    const annotations = member.mapping?.members.find(({ key }) => key === "annotations")?.mapping;
    return annotations?.members.filter(({ key }) => key === LAST_APPLIED).map(({ value }) => value) ?? [];
  });
}

function masksOfSection(text: string, { mapping, value }: MemberRange): readonly Mask[] {
  if (mapping === undefined) return [value];
  return mapping.members.map((entry) => ({
    start: entry.value.start,
    // A comment behind a value may be about it.
    end: mapping.style === "block" ? endOfLine(text, entry.value.end) : entry.value.end,
  }));
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", Math.max(at - 1, 0));
  return end === -1 ? text.length : Math.max(end, at - 1);
}
