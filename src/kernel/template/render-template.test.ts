import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { KustodyError } from "../errors.ts";
import { Secret } from "../secret/secret.ts";
import {
  type Bounds,
  parseNamedTemplate,
  parseSecretTemplate,
  type RenderOptions,
  renderPlainTemplate,
  renderTemplate,
  volatileFunctions,
} from "./render-template.ts";

const CANARY = "kust0dy-canary-value";
const sources = { now: () => 1_700_000_000_000, random: (count: number) => Buffer.alloc(count, 7) };
const OPTIONS: RenderOptions = { sources, missingKey: "error" };

async function render(
  text: string,
  data: Readonly<Record<string, string | Buffer>> = {},
  bounds: Partial<Bounds> = {},
) {
  const secrets = new Map(Object.entries(data).map(([key, value]) => [key, Secret.fromBytes(Buffer.from(value))]));
  return (await renderTemplate(parseNamedTemplate("the template", text), secrets, { ...OPTIONS, bounds })).unwrap();
}

async function failure(work: () => Promise<unknown>, what = "it"): Promise<KustodyError> {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof KustodyError, String(error));
    return error;
  }
  return assert.fail(`${what} threw nothing`);
}

test("values go into a template and come out as a Secret", async () => {
  const text = await render('{"user":"{{ .user }}","auth":"{{ printf "%s:%s" .user .password | b64enc }}"}', {
    user: "ada",
    password: "p",
  });
  assert.equal(text.toString(), '{"user":"ada","auth":"YWRhOnA="}');
});

test("bytes that are no text come through unharmed", async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  assert.deepEqual(await render("{{ .key }}", { key: bytes }), bytes);
  assert.deepEqual(await render("{{ .key | b64enc | b64dec }}", { key: bytes }), bytes);
});

test("a message says where and what, in words of the template alone", async () => {
  const missing = await failure(() => render("a\nb {{ .nope }}", { user: "x" }));
  assert.equal(missing.code, "KST_TEMPLATE_FAILED");
  assert.equal(missing.message, 'the template, line 2, column 6: the data has no entry "nope"');
  const unknown = await failure(async () => parseNamedTemplate("the template", "{{ env }}"));
  assert.equal(unknown.code, "KST_TEMPLATE_INVALID");
  assert.equal(unknown.message, "the template, line 1, column 4: there is no function env");
});

test("no message, hint or cause holds a value, whichever function fails on it", async () => {
  const calls = [
    "fail .v",
    "mustFromJson .v",
    "index .v 99",
    "index (dict) 1 .v",
    ".v.x",
    'mustRegexFind (print "(" .v) .v',
    'mustToDate "2006" .v',
    'mustDateModify .v (toDate "2006" "2024")',
    'semverCompare .v "1.0.0"',
    "semver .v",
    'urlParse (print "http://" .v "%zz")',
    'urlJoin (dict "host" (list .v))',
    "hexdec .v",
    "repeat .v .v",
    "template .v",
    "until .v",
    "eq .v 1",
    "lt .v (list .v)",
    "dig .v (dict .v 1)",
    "range .v",
    "merge .v .v",
    "trunc .v .v",
    "substr 50 60 .v",
    "append .v .v",
    "chunk 0 (list .v)",
    "ternary 1 2 .v",
    "get . .v",
    "call .v",
    "div 1 .v",
    "(list .v).x",
    "toRawJson (divf .v 0)",
    "slice (list .v) 5",
    "without .v 1",
    "hasPrefix .v",
  ];
  for (const call of calls) {
    const error = await failure(
      () => render(`{{ ${call} }}${call === "range .v" ? "{{end}}" : ""}`, { v: CANARY }),
      call,
    );
    const told = [error.message, error.hint, error.stack, JSON.stringify(error), String(error.cause)].join("\n");
    assert.ok(!told.includes(CANARY), `${call}: ${told}`);
    assert.equal(error.cause, undefined, call);
  }
});

test("what takes too much is ended, with a bound of its own for each", async () => {
  const loops = [
    "{{range until 1000000000}}{{end}}",
    "{{range 1000000000}}{{end}}",
    "{{untilStep 0 1000000000 1 | len}}",
    '{{repeat 1000000000 "x"}}',
    '{{$x := "xxxxxxxxxx"}}{{range until 60}}{{$x = print $x $x}}{{end}}',
    "{{$x := list 1}}{{range until 60}}{{$x = concat $x $x}}{{end}}",
    "{{$x := list 1}}{{range until 60}}{{$x = list $x $x}}{{end}}{{$x}}",
    "{{$x := list 1}}{{range until 60}}{{$x = list $x $x}}{{end}}{{toJson $x}}",
    "{{$x := list 1}}{{range until 60}}{{$x = list $x $x}}{{end}}{{deepEqual $x (deepCopy $x)}}",
    '{{$x := dict}}{{$_ := set $x "x" $x}}{{$x}}',
    '{{$x := dict}}{{$_ := set $x "x" $x}}{{mustToJson $x}}',
    "{{$x := list}}{{range until 100000}}{{$x = list $x}}{{end}}{{$x}}",
    '{{define "t"}}{{template "t" .}}{{end}}{{template "t" .}}',
    '{{define "t"}}{{template "t" .}}{{template "t" .}}{{end}}{{template "t" .}}',
    '{{indent 1000000 (repeat 1000 "\\n")}}',
    '{{printf "%1000000d" 1}}{{range until 100}}{{printf "%1000000d" 1}}{{end}}',
    '{{range until 5000000}}{{print "0123456789"}}{{end}}',
    '{{replace "" (repeat 10000 "x") (repeat 100000 "y")}}',
    '{{regexReplaceAll "" (repeat 100000 "y") (repeat 10000 "x")}}',
    '{{wrapWith 1 (repeat 100000 "x") (repeat 100000 "y")}}',
    '{{join (repeat 100000 "x") (until 100000)}}',
    "{{seq 100000000}}",
  ];
  for (const text of loops) {
    const began = performance.now();
    const error = await failure(() => render(text, {}, { steps: 300_000 }), text);
    assert.ok(error.code === "KST_TEMPLATE_BOUND" || text.includes("mustToJson"), `${text}: ${error.message}`);
    assert.ok(performance.now() - began < 30_000, text);
  }
  assert.equal(
    (await failure(() => render("{{.v}}{{.v}}", { v: "x".repeat(600) }, { outputBytes: 1000 }))).code,
    "KST_TEMPLATE_BOUND",
  );
  let now = 0;
  const slow = { ...OPTIONS, sources: { ...sources, now: () => (now += 1_000) } };
  const template = parseNamedTemplate("the template", "{{range 100000}}{{end}}");
  assert.match((await failure(() => renderTemplate(template, new Map(), slow))).message, /longer than/);
});

const REACHING: [cve: string, calls: readonly string[]][] = [
  ["CVE-2026-22822", ['getSecretKey "ns" "name" "key"', 'getSecretKeys "ns" "name"']],
  [
    "CVE-2026-34984",
    ['getHostByName "attacker.example"', 'env "HOME"', 'expandenv "$HOME"', 'lookup "v1" "Secret" "" ""'],
  ],
];
for (const [cve, calls] of REACHING) {
  test(`${cve}: no function reaches anything outside`, async () => {
    for (const call of calls) {
      const { code, message } = await failure(async () => parseNamedTemplate("the template", `{{ ${call} }}`), call);
      assert.equal(code, "KST_TEMPLATE_INVALID");
      assert.match(message, /there is no function /);
    }
  });
}

test("of a template that is secret itself messages tell the place alone", async () => {
  const word = CANARY.replaceAll("-", "");
  const broken = await failure(async () => parseSecretTemplate("it", Secret.fromText(`a\n{{ ${word} }}`)));
  assert.equal(broken.message, "it, line 2, column 4: the template cannot be understood");
  const template = parseSecretTemplate("it", Secret.fromText(`{{ .${word} }}`));
  const failing = await failure(() => renderTemplate(template, new Map(), OPTIONS));
  assert.equal(failing.message, "it, line 1, column 4: the template cannot be carried out on this data");
});

test("hostile texts hold no function for ever", async () => {
  const calls = [
    'semverCompare (print (repeat 150 "1 , ") "!") "1.0.0"',
    'semverCompare (print (repeat 300 "1  ") "!") "1.0.0"',
    'semver (print "1.0.0-" (repeat 100000 "a.") "!")',
    'filterPEM "X" (repeat 50000 "-----BEGIN X-----\\n")',
    'filterPEM "X" (print (repeat 50000 "-----BEGIN ") (repeat 50000 "-----END "))',
    'filterPEM "X" (print "-----BEGIN X-----\\n" (repeat 100000 "a: b\\n") "-----END Y-----\\n")',
    'urlParse (print "http://" (repeat 100000 "@") (repeat 100000 ":"))',
    'dateInZone (repeat 100000 "Jan") 0 "UTC"',
    'b64dec (repeat 100000 "\\n=")',
    'b32dec (repeat 100000 "\\n=")',
    'snakecase (repeat 100000 "aB1_")',
    'fromYaml (repeat 20000 "[")',
    'fromYaml (repeat 20000 "a: ")',
    'fromJson (repeat 100000 "[")',
    'toYaml (repeat 100000 " \\n")',
    'trim (print (repeat 100000 " ") "x" (repeat 100000 " "))',
    'clean (repeat 100000 "../")',
    'float64 (print (repeat 100000 "1_") "!")',
    'wrap 1 (repeat 100000 "a ")',
    'certSANs (repeat 50000 "-----BEGIN X-----\\nAAAA\\n-----END X-----\\n")',
  ];
  for (const call of calls) {
    try {
      await render(`{{ ${call} }}`);
    } catch (error) {
      assert.ok(error instanceof KustodyError && error.code !== "KST_INTERNAL", `${call}: ${String(error)}`);
    }
  }
});

test("an abort ends a rendering with its reason", async () => {
  const template = parseNamedTemplate("the template", "{{range 1000000}}{{end}}");
  const reason = new Error("no longer wanted");
  await assert.rejects(renderTemplate(template, new Map(), { ...OPTIONS, signal: AbortSignal.abort(reason) }), reason);
});

test("templates that nest too deeply to be read are refused", async () => {
  for (const text of [
    "{{(".repeat(1) + "(".repeat(100_000),
    `{{${"(".repeat(5_000)}1${")".repeat(5_000)}}}`,
    "{{if 1}}".repeat(50_000),
  ]) {
    const error = await failure(async () => parseNamedTemplate("the template", text));
    assert.match(error.code, /^KST_TEMPLATE_/);
  }
});

test("plain data is rendered as JSON is", async () => {
  const template = parseNamedTemplate("the report", "{{range .}}{{.File}}:{{.Line}} {{end}}");
  const text = await renderPlainTemplate(template, [{ File: "ä", Line: 3 }], { ...OPTIONS, missingKey: "default" });
  assert.equal(text, "ä:3 ");
});

test("a template whose output changes by itself is known by its functions", () => {
  const of = (text: string): string[] => volatileFunctions(parseNamedTemplate("t", text).tree);
  assert.deepEqual(of('{{ .a | upper }}{{ "now" }}'), []);
  assert.deepEqual(of("{{ now | unixEpoch }}"), ["now"]);
  assert.deepEqual(of('{{ if eq (now.Format "15") "1" }}a{{ else }}{{ range list (now) }}x{{ end }}{{ end }}'), [
    "now",
  ]);
  assert.deepEqual(of('{{ define "x" }}{{ with $x := ago 1 }}{{ end }}{{ end }}'), ["ago"]);
});

test("any text is either read or refused, and then rendered or refused", async () => {
  const piece = fc.constantFrom(
    ..."{{ }} - . $ ( ) | := , \" ' ` \\ /* */ if else end range with define template block break 1 .5 0x e+ nil true $x .a.b é \n".split(
      " ",
    ),
    " ",
    "{{",
    "}}",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
      try {
        await render(pieces.join(""), { a: CANARY });
      } catch (error) {
        assert.ok(error instanceof KustodyError && error.code.startsWith("KST_TEMPLATE_"), String(error));
      }
    }),
    { numRuns: 3_000 },
  );
});
