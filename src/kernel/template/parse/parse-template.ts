import { type Delimiters, lexTemplate } from "../lex/lex-template.ts";
import type { Token } from "../lex/token.ts";
import { TemplateFault } from "../template-fault.ts";
import type { BranchNode, ListNode, PipeNode, StatementNode, TemplateNode, Tree } from "./node.ts";
import { PipelineParser } from "./parse-pipeline.ts";
import { TokenReader } from "./token-reader.ts";
import { unquote } from "./unquote.ts";

/** Actions within actions; Go has no such bound, and its stack grows. */
const MAX_DEPTH = 200;

export const DEFAULT_DELIMITERS: Delimiters = { left: "{{", right: "}}" };

/**
 * Reads a template (https://pkg.go.dev/text/template). `source` is a byte string; `isFunction` knows the functions that may
 * be named. @throws TemplateFault
 */
export function parseTemplate(
  source: string,
  isFunction: (name: string) => boolean,
  delimiters: Delimiters = DEFAULT_DELIMITERS,
): Tree {
  return new TemplateParser(new TokenReader(lexTemplate(source, delimiters)), isFunction).parse();
}

type Ending = { readonly kind: "end" | "else"; readonly at: number };
const ENDINGS: ReadonlySet<string> = new Set(["end", "else"]);

class TemplateParser {
  readonly #tokens: TokenReader;
  readonly #pipelines: PipelineParser;
  readonly #templates = new Map<string, ListNode>();
  #ranges = 0;
  #depth = 0;

  constructor(tokens: TokenReader, isFunction: (name: string) => boolean) {
    this.#tokens = tokens;
    this.#pipelines = new PipelineParser(tokens, isFunction);
  }

  parse(): Tree {
    const nodes: StatementNode[] = [];
    while (this.#tokens.peek().kind !== "end-of-file") {
      if (this.#takeDefine()) continue;
      const node = this.#statement();
      if (isEnding(node)) throw unexpected(`{{${node.kind}}}`, node.at);
      nodes.push(node);
    }
    return { root: { kind: "list", nodes }, templates: this.#templates };
  }

  #takeDefine(): boolean {
    const mark = this.#tokens.mark();
    if (this.#tokens.next().kind === "left-delimiter") {
      const token = this.#tokens.nextNonSpace();
      if (token.kind === "keyword" && token.text === "define") {
        const name = this.#name("define");
        this.#tokens.expect("right-delimiter", "{{define}}");
        this.#add(name, this.#ownScope(), token.at);
        return true;
      }
    }
    this.#tokens.reset(mark);
    return false;
  }

  /** The body of a template of its own, which sees no variables but `$`. */
  #ownScope(): ListNode {
    const ranges = this.#ranges;
    this.#ranges = 0;
    const outer = this.#pipelines.enterTemplate();
    const { list, ending } = this.#list();
    if (ending.kind !== "end") throw unexpected("{{else}}", ending.at);
    this.#pipelines.leaveTemplate(outer);
    this.#ranges = ranges;
    return list;
  }

  /** A definition replaces one that is empty; two with content are an error. */
  #add(name: string, list: ListNode, at: number): void {
    const old = this.#templates.get(name);
    if (old === undefined || isEmpty(old)) this.#templates.set(name, list);
    else if (!isEmpty(list)) throw new TemplateFault("invalid", "a template is defined twice", at);
  }

  #list(): { list: ListNode; ending: Ending } {
    if (++this.#depth > MAX_DEPTH) {
      throw new TemplateFault(
        "bound",
        `actions stand within each other more than ${MAX_DEPTH} deep`,
        this.#tokens.peek().at,
      );
    }
    const nodes: StatementNode[] = [];
    while (this.#tokens.peekNonSpace().kind !== "end-of-file") {
      const node = this.#statement();
      if (isEnding(node)) {
        this.#depth--;
        return { list: { kind: "list", nodes }, ending: node };
      }
      nodes.push(node);
    }
    throw new TemplateFault("invalid", "an {{end}} is missing", this.#tokens.peek().at);
  }

  #statement(): StatementNode | Ending {
    const token = this.#tokens.nextNonSpace();
    if (token.kind === "text") return { kind: "text", text: token.text };
    if (token.kind !== "left-delimiter") throw unexpected("this", token.at);
    const first = this.#tokens.nextNonSpace();
    if (first.kind === "keyword") return this.#keyword(first);
    this.#tokens.backup();
    const { at } = this.#tokens.peek();
    return { kind: "action", pipe: this.#pipelines.pipeline("command", "right-delimiter"), at };
  }

  #keyword({ text, at }: Token): StatementNode | Ending {
    switch (text) {
      case "if":
      case "with":
      case "range":
        return this.#branch(text, at);
      case "template":
        return this.#template(at);
      case "block":
        return this.#block(at);
      case "break":
      case "continue":
        this.#tokens.expect("right-delimiter", `{{${text}}}`);
        if (this.#ranges === 0) throw new TemplateFault("invalid", `{{${text}}} stands outside of a {{range}}`, at);
        return { kind: text, at };
      case "else": {
        const next = this.#tokens.peekNonSpace();
        const chained = next.kind === "keyword" && (next.text === "if" || next.text === "with");
        if (!chained) this.#tokens.expect("right-delimiter", "{{else}}");
        return { kind: "else", at };
      }
      case "end":
        this.#tokens.expect("right-delimiter", "{{end}}");
        return { kind: "end", at };
      default:
        throw unexpected(`{{${text}}}`, at);
    }
  }

  #branch(kind: BranchNode["kind"], at: number): BranchNode {
    const scope = this.#pipelines.mark();
    const pipe = this.#pipelines.pipeline(kind, "right-delimiter");
    if (kind === "range") this.#ranges++;
    const { list, ending } = this.#list();
    if (kind === "range") this.#ranges--;
    const otherwise = ending.kind === "else" ? this.#otherwise(kind) : undefined;
    this.#pipelines.reset(scope);
    return { kind, pipe, list, otherwise, at };
  }

  /** Behind `{{else`: `if` and `with` go on as a chain that one `{{end}}` ends. */
  #otherwise(kind: BranchNode["kind"]): ListNode {
    const next = this.#tokens.peekNonSpace();
    if (kind !== "range" && next.kind === "keyword" && next.text === kind) {
      this.#tokens.next();
      return { kind: "list", nodes: [this.#branch(kind, next.at)] };
    }
    const { list, ending } = this.#list();
    if (ending.kind !== "end") throw unexpected("a second {{else}}", ending.at);
    return list;
  }

  #template(at: number): TemplateNode {
    const name = this.#name("template");
    let pipe: PipeNode | undefined;
    if (this.#tokens.nextNonSpace().kind !== "right-delimiter") {
      this.#tokens.backup();
      pipe = this.#pipelines.pipeline("template", "right-delimiter");
    }
    return { kind: "template", name, pipe, at };
  }

  #block(at: number): TemplateNode {
    const name = this.#name("block");
    const pipe = this.#pipelines.pipeline("block", "right-delimiter");
    this.#add(name, this.#ownScope(), at);
    return { kind: "template", name, pipe, at };
  }

  #name(context: string): string {
    const token = this.#tokens.nextNonSpace();
    const isString = token.kind === "string" || token.kind === "raw-string";
    const name = isString ? unquote(token.text) : undefined;
    if (name === undefined) throw new TemplateFault("invalid", `{{${context}}} needs a name in quotes`, token.at);
    return name;
  }
}

function isEnding(node: StatementNode | Ending): node is Ending {
  return ENDINGS.has(node.kind);
}

function isEmpty(list: ListNode): boolean {
  return list.nodes.every((node) => node.kind === "text" && /^[ \t\r\n\v\f]*$/.test(node.text));
}

function unexpected(what: string, at: number): TemplateFault {
  return new TemplateFault("invalid", `${what} is not expected here`, at);
}
