import type { MappingRange, TextRange } from "../../../kernel/yaml/member-ranges.ts";

/** What to take out of a mapping in braces, with the commas, so that members go. At least one has to stay. Pure. */
export function flowRemovals({ members }: MappingRange, goes: (key: string) => boolean): TextRange[] | undefined {
  const lastKept = members.findLastIndex(({ key }) => !goes(key));
  const kept = members[lastKept];
  if (kept === undefined) return undefined;
  const ranges = members.flatMap(({ key, keyStart }, index) => {
    const next = members[index + 1];
    return index < lastKept && goes(key) && next !== undefined ? [{ start: keyStart, end: next.keyStart }] : [];
  });
  const last = members.at(-1);
  return last === undefined || last === kept ? ranges : [...ranges, { start: kept.value.end, end: last.value.end }];
}
