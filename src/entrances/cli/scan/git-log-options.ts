import { KustodyError } from "../../../kernel/errors.ts";
import type { LogOptions } from "../../../kernel/git/commit-list.ts";

/** Options of `git log` that choose commits. What prints, writes files or runs programs is not among them. */
const CHOOSING = [
  /^--(?:all|branches|tags|remotes|glob|exclude|reflog|not|alternate-refs)(?:=.*)?$/,
  /^--(?:since|after|until|before|since-as-filter|max-count|skip|author|committer|grep)(?:=.*)?$/,
  /^--(?:max-parents|min-parents|no-max-parents|no-min-parents)(?:=\d+)?$/,
  /^--(?:merges|no-merges|first-parent|exclude-first-parent-only|full-history|dense|sparse|simplify-merges)$/,
  /^--(?:ancestry-path(?:=.*)?|left-only|right-only|cherry-pick|cherry-mark|cherry|boundary|invert-grep|all-match)$/,
  /^--(?:regexp-ignore-case|extended-regexp|fixed-strings|perl-regexp|basic-regexp|author-date-order|date-order)$/,
  /^-(?:n ?\d*|\d+|i|E|F|P)$/,
];
/** They ask for what is done anyway, or for an order. */
const WITHOUT_EFFECT = /^(?:--reverse|--topo-order|-p|-u|--patch|-U0|--no-color|--no-ext-diff|--no-textconv)$/;

/** `--log-opts` as one text, with quotes as in a shell. Errors: KST_USAGE for what does not choose commits. */
export function parseLogOptions(text: string): LogOptions {
  const words = wordsOf(text);
  const dashes = words.indexOf("--");
  const before = dashes < 0 ? words : words.slice(0, dashes);
  const options = before.filter((word) => !WITHOUT_EFFECT.test(word));
  for (const word of options) {
    if (!word.startsWith("-") || CHOOSING.some((pattern) => pattern.test(word))) continue;
    throw new KustodyError("KST_USAGE", `--log-opts does not take ${word.slice(0, 60)}`, {
      hint: "it takes revisions, options of 'git log' that choose commits, such as --since or --no-merges, and paths behind --",
    });
  }
  return { options, paths: dashes < 0 ? [] : words.slice(dashes + 1) };
}

function wordsOf(text: string): readonly string[] {
  const pieces = text.matchAll(/(?:[^\s"']|"(?:[^"\\]|\\.)*"|'[^']*')+/g);
  return Array.from(pieces, ([word]) =>
    word.replaceAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, double: string | undefined, single: string | undefined) =>
      double === undefined ? (single ?? "") : double.replaceAll(/\\(.)/g, "$1"),
    ),
  );
}
