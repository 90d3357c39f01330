import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { readWithLibrary } from "./library-yaml.ts";
import { NOT_PLAIN } from "./plain-scalar.ts";
import { readPlainYaml } from "./plain-yaml.ts";

/** The promise of the plain reader: the same value as the `yaml` package, and none where that finds an error. */
function agrees(text: string): "plain" | "left" {
  const plain = readPlainYaml(text);
  if (plain === NOT_PLAIN) return "left";
  const full = readWithLibrary(text, 100);
  assert.ok(full.ok, `the yaml package refuses what the plain reader takes: ${JSON.stringify(text)}`);
  assert.deepEqual(plain, full.value, JSON.stringify(text));
  return "plain";
}

const scalars = fc.oneof(
  { weight: 12, arbitrary: fc.stringMatching(/^[a-z][a-z0-9./-]{0,9}$/) },
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(
    "true",
    "null",
    "0o17",
    "0x1F",
    "1e3",
    "-.5",
    "~",
    "- a",
    "a: b",
    "a #b",
    "a\nb\n",
    "\n x",
    "#",
    "'",
    '"',
    "{{ x }}",
    "*a",
    "&a",
    "",
    "  a",
    "a\tb",
    "yes",
    "-",
    "--port",
    "1.",
    "+1",
    "-0",
    ".inf",
    "12345678901234567890",
  ),
);
const keys = fc.oneof(
  { weight: 12, arbitrary: fc.stringMatching(/^[a-z][a-zA-Z0-9./-]{0,9}$/) },
  fc.string({ maxLength: 8 }),
  fc.constantFrom(
    "a",
    "b",
    "app.kubernetes.io/name",
    "1",
    "true",
    "null",
    "0x1F",
    "<<",
    "~",
    "a b",
    "-x",
    ".dockerconfigjson",
    "1.0",
    "__proto__",
    "#",
  ),
);
const trees = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    scalars,
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(keys, tie("tree"), { maxKeys: 4 }),
  ),
})).tree;

test("agrees with the yaml package on what that writes", () => {
  let plain = 0;
  fc.assert(
    fc.property(trees, fc.boolean(), fc.constantFrom(2, 4), fc.boolean(), (value, indentSeq, indent, flow) => {
      const text = stringify(value, {
        indentSeq,
        indent,
        lineWidth: 0,
        ...(flow ? { collectionStyle: "flow" as const } : {}),
      });
      if (agrees(text) === "plain") plain++;
    }),
    { numRuns: 1500 },
  );
  assert.ok(plain > 30, `only ${plain} of 1500 texts were read by the plain reader`);
});

const pieces = fc.constantFrom(
  "a",
  "b",
  "key",
  ":",
  ": ",
  "- ",
  "-",
  "\n",
  "\n  ",
  "\n    ",
  "\n- ",
  "\n  - ",
  " ",
  "|",
  "|-",
  "|+",
  ">",
  "#",
  " # c",
  '"',
  "'",
  "[",
  "]",
  "{",
  "}",
  ", ",
  "&x ",
  "*x",
  "!t ",
  "true",
  "null",
  "1",
  "0x1",
  "1.5",
  "~",
  "\t",
  "\\n",
  "\\",
  "%",
  "@",
  "? ",
  "<<",
  "---",
  "é",
  "😀",
  "\n\n",
  "\r\n",
  "''",
  '""',
  "=",
  "`",
);

test("agrees with the yaml package on texts put together from indicators", () => {
  let plain = 0;
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
      if (agrees(parts.join("")) === "plain") plain++;
    }),
    { numRuns: 4000 },
  );
  assert.ok(plain > 20, `only ${plain} of 4000 texts were read by the plain reader`);
});

const MANIFEST = `# a comment
apiVersion: v1
kind: Pod
metadata:
  name: 'it''s' # why
  labels: { app: web, "x/y": "1" }
spec:
  args: ["--port", '8080', plain, -1]
  containers:
  - name: web
    env:
      - name: A
        value: "a\\tb \\u00e9"
      -
        name: B
    script: |
      if true; then
        echo "{{ x }}: y" # not a comment

      fi
    empty:
    off: {}
  - name: other
    text: |-

      b
`;

test("agrees with the yaml package on a manifest with any one piece put in or cut out", () => {
  assert.equal(agrees(MANIFEST), "plain");
  fc.assert(
    fc.property(fc.nat(MANIFEST.length), fc.nat(4), fc.array(pieces, { maxLength: 3 }), (at, cut, parts) => {
      agrees(`${MANIFEST.slice(0, at)}${parts.join("")}${MANIFEST.slice(at + cut)}\n`);
    }),
    { numRuns: 3000 },
  );
});

test("leaves to the yaml package what is beyond the subset", () => {
  for (const text of [
    "a: &x 1\n",
    "a: !t 1\n",
    "a: >\n  b\n",
    "a: b\n  c\n",
    "a: b\na: c\n",
    "? a\n",
    "a: {{ x }}\n",
    "- - a\n",
    "a:\tb\n",
  ]) {
    assert.equal(readPlainYaml(text), NOT_PLAIN, text);
  }
});
