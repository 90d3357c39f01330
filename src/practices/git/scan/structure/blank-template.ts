import { type TemplateAction, templateActions } from "./template-actions.ts";

/** A template with its actions taken out: every character that is left stands where it stood. */
export interface BlankedTemplate {
  readonly text: string;
  readonly actions: readonly TemplateAction[];
}

/** Stands where an action stood inside a line; from Unicode's private area, so in no text by itself. */
export const HOLE = "\uE000";
const MOST_VARIANTS = 4;
/** Nobody writes a template with more; patterns look at such a file all the same. */
const MOST_ACTIONS = 100_000;

/**
 * A Go template (Helm, Jinja looks the same) as plain YAML: lines of nothing but actions become blank, an action inside of
 * a line a hole. Branches exclude each other, so there is one variant with all first branches, one with all second ones and
 * so on. Pure; linear in the text's length.
 */
export function* blankTemplate(text: string): Generator<BlankedTemplate> {
  const actions = templateActions(text)
    .take(MOST_ACTIONS + 1)
    .toArray();
  if (actions.length > MOST_ACTIONS) return;
  const branches = branchesOf(actions, text.length);
  const most = branches.reduce((count, { of }) => Math.max(count, of), 1);
  for (let variant = 0; variant < Math.min(most, MOST_VARIANTS); variant++) {
    const gone = branches.filter(({ number, of }) => number !== Math.min(variant, of - 1));
    yield { text: withoutHoleLines(withHoles(withoutBranches(text, gone), actions)), actions };
  }
}

interface Branch {
  readonly start: number;
  readonly end: number;
  readonly number: number;
  /** How many branches the block has. */
  readonly of: number;
}

/** The branches of every block that has more than one. */
function branchesOf(actions: readonly TemplateAction[], length: number): readonly Branch[] {
  const found: Branch[] = [];
  const open: number[][] = [];
  const close = (starts: readonly number[], end: number): void => {
    if (starts.length < 2) return;
    for (const [number, start] of starts.entries())
      found.push({ start, end: starts[number + 1] ?? end, number, of: starts.length });
  };
  for (const { code, start, end } of actions) {
    if (/^(?:if|with|range|define|block)\b/.test(code)) open.push([end]);
    else if (/^else\b/.test(code)) open.at(-1)?.push(end);
    else if (/^end(?:if)?\b/.test(code)) close(open.pop() ?? [], start);
  }
  for (const starts of open) close(starts, length);
  return found;
}

function withoutBranches(text: string, gone: readonly Branch[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const { start, end } of gone.toSorted((a, b) => a.start - b.start)) {
    if (end <= at) continue;
    const from = Math.max(start, at);
    pieces.push(text.slice(at, from), text.slice(from, end).replaceAll(/[^\n]/g, " "));
    at = end;
  }
  return pieces.join("") + text.slice(at);
}

function withHoles(text: string, actions: readonly TemplateAction[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const [number, { start, end }] of actions.entries()) {
    // Numbered, so that two keys made of actions are not the same key.
    const hole = [
      HOLE,
      String.fromCharCode(0xe100 + (number & 0xff)),
      String.fromCharCode(0xe200 + ((number >> 8) & 0xff)),
    ];
    let index = 0;
    pieces.push(
      text.slice(at, start),
      text.slice(start, end).replaceAll(/[^\n]/g, () => hole[index++] ?? HOLE),
    );
    at = end;
  }
  return pieces.join("") + text.slice(at);
}

function withoutHoleLines(text: string): string {
  return text.replaceAll(/^[ \t\uE000-\uE2FF]+$/gm, (line) => " ".repeat(line.length));
}
