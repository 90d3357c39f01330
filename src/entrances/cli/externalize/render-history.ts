import { printable } from "../../../kernel/finding/printable.ts";
import type { BringingCommit, HeldValue, HistoryOfValues, ToRotate } from "../../../practices/git/externalize/index.ts";
import { section } from "./render-plan.ts";

const MOST_SHOWN = 20;

/** Where values are in a repository's commits, and what takes them out. Pure. */
export function renderHistory(
  folder: string,
  { commits, blobs, loose, unreadable, searched }: HistoryOfValues,
  values: readonly HeldValue[],
  replacements: string | undefined,
): string {
  const untold = values.filter(({ needles }) => needles.length === 0);
  const notes = [
    ...(commits.length > MOST_SHOWN ? [`and ${commits.length - MOST_SHOWN} older commits`] : []),
    ...(loose > 0 ? [`${counted(loose, "version")} that no commit leads to: staged, stashed or left behind`] : []),
    ...(unreadable > 0 ? [`${counted(unreadable, "object")} could not be read: what they hold is not known`] : []),
    ...(untold.length > 0
      ? [`not to be told from other text, so not looked for: ${untold.map(({ title }) => title).join(", ")}`]
      : []),
  ];
  const where = `${folder}, ${counted(searched, "version")} of files`;
  if (blobs.length === 0)
    return section(`No commit holds the values (${where})`, notes) || `No commit holds the values (${where}).\n`;
  const shown = commits.slice(0, MOST_SHOWN).map(commitLine);
  return [
    section(`Commits that brought the values in (${where})`, [...shown, ...notes]),
    removal(blobs, replacements),
  ].join("\n");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function commitLine({ id, info, paths, values, isPublished }: BringingCommit): string {
  const who = info === undefined ? "" : ` ${info.date.slice(0, 10)} ${info.author}`;
  const what = [...values].map(({ title }) => title).join(", ");
  return `${id.slice(0, 12)}${who}: ${what} in ${paths.join(", ")}${isPublished ? " (pushed)" : " (not pushed, as far as is known here)"}`;
}

/** With the values in a file their text alone is replaced; without, whole versions of files go, named by their ids. */
function removal(blobs: readonly string[], replacements: string | undefined): string {
  const lines = [
    "git clone --mirror URL rewritten.git && cd rewritten.git",
    ...(replacements === undefined
      ? [
          `printf '%s\\n' ${blobs.slice(0, MOST_SHOWN).join(" ")} > ../versions`,
          ...chunks(blobs.slice(MOST_SHOWN)).map((ids) => `printf '%s\\n' ${ids.join(" ")} >> ../versions`),
          "git filter-repo --strip-blobs-with-ids ../versions",
        ]
      : [`git filter-repo --replace-text '${replacements.replaceAll("'", "'\\''")}'`]),
    "git push --force --mirror URL",
  ];
  const about =
    replacements === undefined
      ? "This takes away whole versions of these files. A run with --replacements FILE, before --apply, writes a file that makes filter-repo replace the values alone."
      : `${replacements} holds the values: delete it when this is done (shred -u).`;
  return `Take them out of the history, after the change is committed, in a clone of its own:\n${lines
    .map((line) => `  ${printable(line)}\n`)
    .join(
      "",
    )}${printable(about)}\nEverybody clones anew. Forks, other clones and caches keep what they have, so rotate in any case:\n`;
}

function chunks(ids: readonly string[]): string[][] {
  const rows: string[][] = [];
  for (let at = 0; at < ids.length; at += MOST_SHOWN) rows.push(ids.slice(at, at + MOST_SHOWN));
  return rows;
}

/** Pure. */
export function renderRotation(order: readonly ToRotate[]): string {
  const lines = order.map(({ value, is, rule, isPublished }, index) => {
    const what = rule === undefined ? is : `${is}, ${rule}`;
    return `${index + 1}. ${value.title}: ${what}${isPublished ? "; it was pushed" : ""}`;
  });
  return section("Rotate, in this order", lines);
}
