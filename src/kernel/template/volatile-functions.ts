import type { ListNode, OperandNode, PipeNode, StatementNode, Tree } from "./parse/node.ts";
import { parseTemplate } from "./parse/parse-template.ts";
import { TemplateFault } from "./template-fault.ts";
import { bytesOfText } from "./values/utf8.ts";

/** What gives something else each time: a Secret made with it changes at each refresh, though nothing else did. */
const VOLATILE: ReadonlySet<string> = new Set([
  "ago",
  "bcrypt",
  "encryptAES",
  "genCA",
  "genCAWithKey",
  "genPrivateKey",
  "genSelfSignedCert",
  "genSelfSignedCertWithKey",
  "genSignedCert",
  "genSignedCertWithKey",
  "htpasswd",
  "now",
  "randAlpha",
  "randAlphaNum",
  "randAscii",
  "randBytes",
  "randInt",
  "randNumeric",
  "shuffle",
  "uuidv4",
]);

/** The functions in a template whose results change by themselves, sorted. */
export function volatileFunctions(tree: Tree): string[] {
  const found = new Set<string>();
  for (const list of [tree.root, ...tree.templates.values()]) inList(list, found);
  return [...found].sort();
}

/** The same for a template's text; none where it cannot be read. Loads no function. */
export function volatileFunctionsIn(text: string): string[] {
  if (![...VOLATILE].some((name) => text.includes(name))) return [];
  try {
    return volatileFunctions(parseTemplate(bytesOfText(text), () => true));
  } catch (error) {
    if (error instanceof TemplateFault || error instanceof RangeError) return [];
    throw error;
  }
}

function inList(list: ListNode, found: Set<string>): void {
  for (const node of list.nodes) inStatement(node, found);
}

function inStatement(node: StatementNode, found: Set<string>): void {
  if ("pipe" in node && node.pipe !== undefined) inPipe(node.pipe, found);
  if (node.kind !== "if" && node.kind !== "with" && node.kind !== "range") return;
  inList(node.list, found);
  if (node.otherwise !== undefined) inList(node.otherwise, found);
}

function inPipe(pipe: PipeNode, found: Set<string>): void {
  for (const { first, rest } of pipe.commands) for (const operand of [first, ...rest]) inOperand(operand, found);
}

function inOperand(node: OperandNode, found: Set<string>): void {
  if (node.kind === "identifier" && VOLATILE.has(node.name)) found.add(node.name);
  else if (node.kind === "pipe") inPipe(node, found);
  else if (node.kind === "chain") inOperand(node.of, found);
}
