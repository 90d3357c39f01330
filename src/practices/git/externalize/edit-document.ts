import type { DocumentRanges, MappingRange, MemberRange, TextRange } from "../../../kernel/yaml/member-ranges.ts";
import { writeIndentedYaml } from "../../../kernel/yaml/write-yaml.ts";
import { flowRemovals } from "./flow-removals.ts";
import { memberLines } from "./member-lines.ts";
import { LAST_APPLIED, SET_BY_SERVER } from "./server-fields.ts";
import type { Splice } from "./splice.ts";
import { writeFlowMember } from "./write-flow.ts";

const SECTIONS: ReadonlySet<string> = new Set(["data", "stringData"]);
const REPLACED: ReadonlySet<string> = new Set([...SECTIONS, "type", "immutable"]);

/**
 * The splices that make an ExternalSecret of a Secret's document: apiVersion and kind are replaced, `spec` takes the place of
 * the first of `data` and `stringData`, with the comments that stood in what goes, as far as `keep` lets them. Undefined where
 * the document's form doesn't allow it. Whether the result is right is for the caller to see. Pure.
 */
export function editDocument(
  text: string,
  { root, comments }: DocumentRanges,
  spec: unknown,
  keep: (comment: string) => boolean,
): readonly Splice[] | undefined {
  const place = root.members.find(({ key }) => SECTIONS.has(key));
  const head = headSplices(text, root);
  if (place === undefined || head === undefined) return undefined;
  const rest = removals(text, root, (key) => REPLACED.has(key) && key !== place.key);
  const own = root.style === "block" ? memberLines(text, place) : { start: place.keyStart, end: place.value.end };
  const metadata = metadataRemovals(text, root);
  if (rest === undefined || own === undefined || metadata === undefined) return undefined;
  const kept = comments
    .filter(({ start }) => [own, ...rest].some((range) => start >= range.start && start < range.end))
    .map(({ start, end }) => text.slice(start, end).trimEnd())
    .filter(keep);
  const above = kept.map((comment) => ` ${comment}\n`).join("");
  const isBlock = root.style === "block";
  const put = isBlock ? blockSpec(text, root, spec, kept, own) : above + writeFlowMember(text, root, "spec", spec);
  return [...head, ...[...rest, ...metadata].map((range) => ({ ...range, text: "" })), { ...own, text: put }];
}

function headSplices(text: string, { members }: MappingRange): Splice[] | undefined {
  const apiVersion = members.find(({ key }) => key === "apiVersion")?.value;
  const kind = members.find(({ key }) => key === "kind")?.value;
  if (apiVersion === undefined || kind === undefined) return undefined;
  return [
    { ...apiVersion, text: quotedAs(text, apiVersion, "external-secrets.io/v1") },
    { ...kind, text: quotedAs(text, kind, "ExternalSecret") },
  ];
}

/** With the quotes that the old one had. */
function quotedAs(text: string, { start }: TextRange, word: string): string {
  const quote = /["']/.exec(text[start] ?? "")?.[0] ?? "";
  return quote + word + quote;
}

function removals(text: string, mapping: MappingRange, goes: (key: string) => boolean): TextRange[] | undefined {
  if (mapping.style === "flow") return flowRemovals(mapping, goes);
  const ranges = mapping.members.filter(({ key }) => goes(key)).map((member) => memberLines(text, member));
  return ranges.every((range) => range !== undefined) ? ranges : undefined;
}

function metadataRemovals(text: string, { members }: MappingRange): TextRange[] | undefined {
  const metadata = members.find(({ key }) => key === "metadata")?.mapping;
  if (metadata === undefined) return [];
  const annotations = metadata.members.find(({ key }) => key === "annotations")?.mapping;
  const isLastApplied = (key: string): boolean => key === LAST_APPLIED;
  const copies = annotations?.members.filter(({ key }) => isLastApplied(key)).length ?? 0;
  const goesWhole = copies > 0 && copies === annotations?.members.length;
  const whole = removals(text, metadata, (key) => SET_BY_SERVER.has(key) || (goesWhole && key === "annotations"));
  const inside = annotations === undefined || goesWhole ? [] : removals(text, annotations, isLastApplied);
  return whole === undefined || inside === undefined ? undefined : [...whole, ...inside];
}

function blockSpec(
  text: string,
  root: MappingRange,
  spec: unknown,
  comments: readonly string[],
  own: TextRange,
): string {
  const outer = " ".repeat(columnOf(text, root.members[0]));
  const yaml = writeIndentedYaml({ spec }, innerIndent(text, root) ?? 2).trimEnd();
  const lines = [...comments, ...yaml.split("\n")].map((line) => outer + line);
  return lines.join("\n") + (text[own.end - 1] === "\n" ? "\n" : "");
}

/** How much deeper a mapping's members stand than the mapping's own: as the first one that says so. */
function innerIndent(text: string, { members }: MappingRange): number | undefined {
  const nested = members.find(({ mapping }) => mapping?.style === "block" && mapping.members.length > 0);
  const indent = columnOf(text, nested?.mapping?.members[0]) - columnOf(text, members[0]);
  return nested !== undefined && indent >= 1 && indent <= 8 ? indent : undefined;
}

function columnOf(text: string, member: MemberRange | undefined): number {
  const at = member?.keyStart ?? 0;
  return at - (text.lastIndexOf("\n", at - 1) + 1);
}
