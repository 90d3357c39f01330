import * as fc from "fast-check";

/**
 * Templates made from a grammar: most are right, some break at run time, some cannot be read. Over `GENERATED_DATA`.
 */
export const GENERATED_DATA = {
  a: "text",
  b: "",
  n: "42",
  u: "żółw ß 日本",
  j: '{"k":[1,2,{"x":"y"}],"t":true,"z":null}',
  l: "x,y,,z",
  p: "/a/b/../c.txt",
  m: "one two\nthree  four",
} as const;

const pick = (...choices: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...choices);

const text = pick("", " ", "x", "\n", "  \n ", "é", "}}", "{", "a-b", '"', "'", "- ");
const left = pick("{{", "{{", "{{", "{{ ", "{{- ");
const right = pick("}}", "}}", "}}", " }}", " -}}");
const literal = pick(
  '"s"',
  '""',
  '"a,b"',
  "`r`",
  "0",
  "1",
  "3",
  "-2",
  "2.5",
  "1e3",
  "0x10",
  "'c'",
  "true",
  "false",
  '"é日"',
  '"%v"',
  '"42"',
  '"Hello World"',
);
const field = pick(".a", ".b", ".n", ".u", ".j", ".l", ".p", ".m", ".", "$", "$.a", ".missing", "$v", ".a.b");

const unary = pick(
  "upper",
  "lower",
  "title",
  "untitle",
  "trim",
  "quote",
  "squote",
  "toString",
  "len",
  "not",
  "print",
  "println",
  "html",
  "js",
  "urlquery",
  "b64enc",
  "b64dec",
  "b32enc",
  "sha256sum",
  "int",
  "int64",
  "float64",
  "atoi",
  "add1",
  "list",
  "first",
  "last",
  "rest",
  "initial",
  "reverse",
  "uniq",
  "compact",
  "sortAlpha",
  "toJson",
  "toPrettyJson",
  "toRawJson",
  "fromJson",
  "empty",
  "typeOf",
  "kindOf",
  "snakecase",
  "camelcase",
  "kebabcase",
  "swapcase",
  "nospace",
  "initials",
  "base",
  "dir",
  "ext",
  "clean",
  "until",
  "ceil",
  "floor",
  "toStrings",
  "coalesce",
  "dict",
  "deepCopy",
  "cat",
  "values",
  "regexQuoteMeta",
  "urlParse",
);
const binary = pick(
  "eq",
  "ne",
  "lt",
  "le",
  "gt",
  "ge",
  "and",
  "or",
  "add",
  "sub",
  "mul",
  "div",
  "mod",
  "max",
  "min",
  "default",
  "list",
  "printf",
  "print",
  "contains",
  "hasPrefix",
  "hasSuffix",
  "trunc",
  "repeat",
  "indent",
  "nindent",
  "splitList",
  "split",
  "join",
  "index",
  "has",
  "append",
  "prepend",
  "without",
  "trimAll",
  "trimPrefix",
  "trimSuffix",
  "concat",
  "slice",
  "dict",
  "get",
  "hasKey",
  "cat",
  "regexMatch",
  "regexFind",
  "wrap",
  "abbrev",
  "addf",
  "mulf",
  "subf",
  "deepEqual",
  "typeIs",
  "kindIs",
  "chunk",
  "untilStep",
  "round",
  "seq",
  "coalesce",
  "all",
  "any",
  "html",
  "merge",
  "pluck",
);
const ternary = pick(
  "ternary",
  "replace",
  "substr",
  "splitn",
  "regexReplaceAll",
  "regexFindAll",
  "regexSplit",
  "printf",
  "slice",
  "dict",
  "list",
  "plural",
  "dig",
  "set",
  "wrapWith",
  "abbrevboth",
  "eq",
  "add",
  "index",
);

const { operand, command } = fc.letrec<{ operand: string; command: string }>((tie) => ({
  operand: fc.oneof(
    { maxDepth: 3, depthSize: "medium" },
    { weight: 4, arbitrary: literal },
    { weight: 4, arbitrary: field },
    { weight: 2, arbitrary: tie("command").map((inner) => `(${inner})`) },
    {
      weight: 1,
      arbitrary: fc.tuple(tie("command"), pick(".x", ".k", "._0", "._1.x")).map(([inner, name]) => `(${inner})${name}`),
    },
  ),
  command: fc.oneof(
    { maxDepth: 3 },
    { weight: 3, arbitrary: fc.tuple(unary, tie("operand")).map((parts) => parts.join(" ")) },
    { weight: 4, arbitrary: fc.tuple(binary, tie("operand"), tie("operand")).map((parts) => parts.join(" ")) },
    {
      weight: 2,
      arbitrary: fc.tuple(ternary, tie("operand"), tie("operand"), tie("operand")).map((parts) => parts.join(" ")),
    },
    { weight: 1, arbitrary: tie("operand") },
  ),
}));

const pipeline = fc
  .tuple(
    command,
    fc.array(
      fc.oneof(
        unary,
        fc.tuple(binary, operand).map((parts) => parts.join(" ")),
      ),
      { maxLength: 2 },
    ),
  )
  .map(([first, more]) => [first, ...more].join(" | "));

const { body } = fc.letrec<{ body: string; statement: string }>((tie) => ({
  body: fc.array(tie("statement"), { maxLength: 4 }).map((parts) => parts.join("")),
  statement: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    { weight: 3, arbitrary: text },
    { weight: 8, arbitrary: fc.tuple(left, pipeline, right).map((parts) => parts.join("")) },
    {
      weight: 1,
      arbitrary: fc.tuple(pick("$v := ", "$v = ", "$w := "), pipeline).map(([name, value]) => `{{${name}${value}}}`),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(left, pick("if", "with"), pipeline, right, tie("body"), tie("body"))
        .map(([open, kind, value, close, yes, no]) => `${open}${kind} ${value}${close}${yes}{{else}}${no}{{end}}`),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          pick("", "$v := ", "$i, $v := "),
          pipeline,
          tie("body"),
          pick("", "{{break}}", "{{if .}}{{continue}}{{end}}"),
        )
        .map(([names, value, inner, jump]) => `{{range ${names}${value}}}${inner}${jump};{{else}}none{{end}}`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(pick("t1", "t2"), tie("body"), operand)
        .map(([name, inner, data]) => `{{define "${name}"}}${inner}{{end}}{{template "${name}" ${data}}}`),
    },
    {
      weight: 1,
      arbitrary: pick(
        "{{/* c */}}",
        "{{- /* c */ -}}",
        "{{end}}",
        "{{else}}",
        "{{ }}",
        "{{.a",
        '{{block "b" .a}}x{{end}}',
      ),
    },
  ),
}));

/** `$v` is known from the start, so that most templates can be read. */
export function generateTemplates(count: number, seed: number): string[] {
  return fc.sample(
    body.map((text) => `{{$v := "v"}}${text}`),
    { numRuns: count, seed },
  );
}
