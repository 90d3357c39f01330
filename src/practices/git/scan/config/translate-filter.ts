import type { AllowlistEntry } from "./config-file.ts";
import { type FilterToken, filterTokens } from "./filter-tokens.ts";

/** What a filter of a betterleaks.toml says in gitleaks' words. */
export interface TranslatedFilter {
  readonly allowlists: readonly AllowlistEntry[];
  /** Findings up to this entropy are skipped; 0: it says nothing of that. */
  readonly entropy: number;
  /** Whether all of it could be said. What could not skips nothing, so that no leak is lost. */
  readonly complete: boolean;
}

/** One condition on a finding, or on where it is. */
type Atom =
  | { readonly on: "secret" | "match" | "line" | "path"; readonly patterns: readonly string[] }
  | { readonly on: "words"; readonly words: readonly string[] }
  | { readonly on: "commit"; readonly commits: readonly string[] }
  | { readonly on: "entropy"; readonly most: number }
  | { readonly on: "unknown" };

/** Conditions that must all hold. */
type Clause = readonly Atom[];

const MOST_CLAUSES = 256;
const DEEPEST = 50;

/**
 * Translates a `filter` or `prefilter` program (Expr, or CEL as in older files), which skips what it is true for:
 * `entropy(…) <= n`, `containsAny`, `matchesAny`, `==` and `in` on the finding's secret, match and line, on path and
 * commit, joined by `||`, `&&` and parentheses. Pure; never throws.
 */
export function translateFilter(program: string): TranslatedFilter {
  const clauses = clausesOf(program);
  if (clauses === undefined) return { allowlists: [], entropy: 0, complete: program.trim() === "" };
  let entropy = 0;
  let complete = true;
  const allowlists: AllowlistEntry[] = [];
  for (const clause of clauses) {
    const [first] = clause;
    if (clause.length === 1 && first?.on === "entropy") {
      entropy = Math.max(entropy, first.most);
      continue;
    }
    const allowlist = allowlistOf(clause);
    if (allowlist === undefined) complete = false;
    else allowlists.push(allowlist);
  }
  return { allowlists, entropy, complete };
}

/** A clause as an allowlist, where gitleaks has words for it: each kind of condition once. */
function allowlistOf(clause: Clause): AllowlistEntry | undefined {
  let entry: AllowlistEntry = clause.length > 1 ? { condition: "AND" } : {};
  for (const atom of clause) {
    const added = criterionOf(atom);
    if (added === undefined || Object.keys(added).some((name) => name in entry)) return undefined;
    entry = { ...entry, ...added };
  }
  return entry;
}

function criterionOf(atom: Atom): AllowlistEntry | undefined {
  switch (atom.on) {
    case "path":
      return { paths: [...atom.patterns] };
    case "words":
      return { stopwords: [...atom.words] };
    case "commit":
      return { commits: [...atom.commits] };
    case "secret":
    case "match":
    case "line":
      return { regexes: [...atom.patterns], regextarget: atom.on };
    default:
      return undefined;
  }
}

/** The program as clauses of which one must hold; undefined where it can't be read. */
function clausesOf(program: string): readonly Clause[] | undefined {
  const tokens = filterTokens(program);
  if (tokens === undefined || tokens.length === 0) return undefined;
  const parser = new FilterParser(tokens);
  const clauses = parser.either(0);
  return clauses !== undefined && parser.isDone ? clauses : undefined;
}

class FilterParser {
  readonly #tokens: readonly FilterToken[];
  #at = 0;

  constructor(tokens: readonly FilterToken[]) {
    this.#tokens = tokens;
  }

  get isDone(): boolean {
    return this.#at === this.#tokens.length;
  }

  either(depth: number): readonly Clause[] | undefined {
    const clauses: Clause[] = [];
    do {
      const more = this.#both(depth);
      if (more === undefined || clauses.length + more.length > MOST_CLAUSES) return undefined;
      clauses.push(...more);
    } while (this.#take("||") || this.#take("or"));
    return clauses;
  }

  #both(depth: number): readonly Clause[] | undefined {
    let clauses: readonly Clause[] = [[]];
    do {
      const more = this.#one(depth);
      if (more === undefined || clauses.length * more.length > MOST_CLAUSES) return undefined;
      clauses = clauses.flatMap((clause) => more.map((other) => [...clause, ...other]));
    } while (this.#take("&&") || this.#take("and"));
    return clauses;
  }

  #one(depth: number): readonly Clause[] | undefined {
    if (depth > DEEPEST) return undefined;
    const start = this.#at;
    if (this.#take("(")) {
      const inner = this.either(depth + 1);
      if (inner !== undefined && this.#take(")") && this.#endsHere()) return inner;
      this.#at = start;
    }
    const atom = this.#call() ?? this.#comparison();
    if (atom !== undefined && this.#endsHere()) return [[atom]];
    this.#at = start;
    return this.#skip() ? [[{ on: "unknown" }]] : undefined;
  }

  /** `matchesAny(x, [...])` and the like, with or without `filter.` before. */
  #call(): Atom | undefined {
    const start = this.#at;
    if (this.#take("filter") && !this.#take(".")) this.#at = start;
    const name = this.#next("name");
    if (name !== undefined && this.#take("(")) {
      const subject = this.#subject();
      if (name === "entropy" && subject === "secret" && this.#take(")") && this.#take("<=")) {
        const most = this.#next("number");
        if (most !== undefined) return { on: "entropy", most: Number(most) };
      }
      const list = this.#take(",") ? this.#list() : undefined;
      if (subject !== undefined && list !== undefined && this.#take(")")) {
        if (name === "matchesAny") return matching(subject, list);
        if (name === "containsAny")
          return subject === "secret"
            ? { on: "words", words: list }
            : matching(
                subject,
                list.map((word) => `(?i:${quoted(word)})`),
              );
      }
    }
    this.#at = start;
    return undefined;
  }

  /** `x == "…"` and `x in ["…"]`. */
  #comparison(): Atom | undefined {
    const subject = this.#subject();
    if (subject === undefined) return undefined;
    const single = this.#take("==") ? this.#next("text") : undefined;
    const list = single === undefined ? (this.#take("in") ? this.#list() : undefined) : [single];
    if (list === undefined) return undefined;
    return subject === "commit"
      ? { on: "commit", commits: list }
      : matching(
          subject,
          list.map((text) => `^${quoted(text)}$`),
        );
  }

  /** `finding["secret"]`, `finding.line`, `attributes[?"path"].orValue("")`, `attributes["git.sha"] ?? ""`. */
  #subject(): Subject | undefined {
    const start = this.#at;
    const isWrapped = this.#take("(");
    const root = this.#next("name");
    const key = this.#take(".") ? this.#next("name") : this.#key();
    const subject = SUBJECTS[`${root ?? ""}.${key ?? ""}`];
    if (subject !== undefined && this.#withDefault() && (!isWrapped || this.#take(")"))) return subject;
    this.#at = start;
    return undefined;
  }

  #key(): string | undefined {
    if (!this.#take("[")) return undefined;
    this.#take("?");
    const key = this.#next("text");
    return this.#take("]") ? key : undefined;
  }

  /** Whether what stands behind a subject is nothing, or a default of an empty text. */
  #withDefault(): boolean {
    if (this.#take("??")) return this.#next("text") === "";
    if (!this.#take(".")) return true;
    return this.#take("orValue") && this.#take("(") && this.#next("text") === "" && this.#take(")");
  }

  #list(): readonly string[] | undefined {
    if (!this.#take("[")) return undefined;
    const list: string[] = [];
    while (!this.#take("]")) {
      const text = this.#next("text");
      if (text === undefined) return undefined;
      list.push(text);
      if (!this.#take(",") && !this.#sees("]")) return undefined;
    }
    return list.length === 0 ? undefined : list;
  }

  /** Passes over what is not understood, up to the next `||`, `&&` or closing parenthesis at its level. */
  #skip(): boolean {
    let open = 0;
    const start = this.#at;
    for (; !this.isDone; this.#at++) {
      if (open === 0 && this.#endsHere()) break;
      // A condition would decide what the rest means.
      if (open === 0 && (this.#sees("?") || this.#sees(":"))) return false;
      if (this.#sees("(") || this.#sees("[") || this.#sees("{")) open += 1;
      if (this.#sees(")") || this.#sees("]") || this.#sees("}")) open -= 1;
    }
    return this.#at > start && open === 0;
  }

  #endsHere(): boolean {
    return this.isDone || [")", "||", "&&", "or", "and"].some((mark) => this.#sees(mark));
  }

  #sees(value: string): boolean {
    const token = this.#tokens[this.#at];
    return token !== undefined && token.type !== "text" && token.value === value;
  }

  #take(value: string): boolean {
    if (!this.#sees(value)) return false;
    this.#at += 1;
    return true;
  }

  #next(type: FilterToken["type"]): string | undefined {
    const token = this.#tokens[this.#at];
    if (token?.type !== type) return undefined;
    this.#at += 1;
    return String(token.value);
  }
}

type Subject = "secret" | "match" | "line" | "path" | "commit";

const SUBJECTS: Readonly<Record<string, Subject>> = {
  "finding.secret": "secret",
  "finding.match": "match",
  "finding.line": "line",
  "attributes.path": "path",
  "attributes.git.sha": "commit",
};

function matching(subject: Subject, patterns: readonly string[]): Atom {
  // Each in a group of its own: flags of one are no flags of the next.
  return subject === "commit" ? { on: "unknown" } : { on: subject, patterns: patterns.map((one) => `(?:${one})`) };
}

/** RE2 of a text. */
function quoted(text: string): string {
  return text.replaceAll(/[\\.+*?()|[\]{}^$]/g, String.raw`\$&`);
}
