import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { stringify } from "yaml";
import { type FieldPath, formatFieldPath } from "../finding/field-path.ts";
import { readWithLibrary } from "./library-yaml.ts";
import { parseYaml } from "./parse-yaml.ts";
import { readYamlDocument } from "./read-document.ts";
import { splitDocuments } from "./split-documents.ts";

test("gives the value and where each field stands", () => {
  const reading = parseYaml("# c\nkube:\n  context: lab\n  list:\n  - a\n  - {b: 1}\n");
  assert.ok(reading.ok);
  assert.deepEqual(reading.value, { kube: { context: "lab", list: ["a", { b: 1 }] } });
  assert.deepEqual(reading.locate(["kube", "context"]), { line: 3, column: 3 });
  assert.deepEqual(reading.locate(["kube", "list", 1, "b"]), { line: 6, column: 6 });
  assert.deepEqual(reading.locate(["kube", "nowhere", "else"]), { line: 2, column: 1 });
});

test("a byte-order mark and carriage returns change neither values nor positions", () => {
  const reading = parseYaml("\uFEFFa: 1\r\nb: |\r\n  x\r\n  y\r\n");
  assert.ok(reading.ok);
  assert.deepEqual(reading.value, { a: 1, b: "x\ny\n" });
  assert.deepEqual(reading.locate(["b"]), { line: 2, column: 1 });
});

test("an empty text is null", () => {
  for (const text of ["", "\n\n", "# only a comment\n", "---\n"]) {
    const reading = parseYaml(text);
    assert.ok(reading.ok && reading.value === null, text);
  }
});

const refused: Record<string, { text: string; reason: RegExp; line: number }> = {
  "a key that stands twice": { text: "a: 1\nb: 2\na: 3\n", reason: /twice/, line: 3 },
  "a missing quote": { text: "a: 1\nb: 'hunter2\n", reason: /quote/, line: 3 },
  "an unknown alias": { text: "a: *hunter2\n", reason: /alias/, line: 1 },
  "a cycle": { text: "a: &a\n  b: *a\n", reason: /inside the value/, line: 2 },
  "deep nesting": { text: `${"[".repeat(101)}${"]".repeat(101)}\n`, reason: /too deeply/, line: 1 },
  "very deep nesting": { text: `a: ${"[".repeat(100_000)}\n`, reason: /deeply|missing/, line: 1 },
  "brackets without end": { text: "[".repeat(2_000_000), reason: /too large/, line: 1 },
  "two documents": { text: "a: 1\n---\nb: 1\n", reason: /more than one/, line: 2 },
  "an alias bomb": {
    text: `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join("")}`,
    reason: /aliases/,
    line: 1,
  },
};
for (const [name, { text, reason, line }] of Object.entries(refused)) {
  test(`refuses ${name}, in words that quote nothing`, () => {
    const reading = parseYaml(text);
    assert.ok(!reading.ok);
    assert.match(reading.reason, reason);
    assert.equal(reading.line, line);
    assert.doesNotMatch(reading.reason, /hunter2/);
  });
}

test("a text above the bound is refused before it is read", () => {
  const reading = parseYaml("a: 1\n", { maxLength: 3 });
  assert.ok(!reading.ok);
  assert.match(reading.reason, /longer than 3/);
});

test("merge keys and aliases give what they stand for", () => {
  const reading = parseYaml("base: &b {x: 1}\nmade:\n  <<: *b\n  y: 2\n");
  assert.ok(reading.ok);
  assert.deepEqual(reading.value, { base: { x: 1 }, made: { x: 1, y: 2 } });
});

test("never throws, whatever the text", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 200 }), fc.string({ maxLength: 200 })), (text) => {
      const reading = parseYaml(text);
      if (!reading.ok) assert.ok(reading.line >= 1 && reading.column >= 1);
    }),
    { numRuns: 2000 },
  );
});

test("the plain reader finds each field where the yaml package finds it", () => {
  const words = fc.stringMatching(/^[a-z]{1,6}$/);
  const trees = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      words,
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(words, tie("tree"), { maxKeys: 3 }),
    ),
  })).tree;
  fc.assert(
    fc.property(trees, fc.boolean(), (value, indentSeq) => {
      const text = stringify({ root: value }, { indentSeq });
      const [quick, full] = [readYamlDocument(text), readWithLibrary(text, 100)];
      assert.ok(quick.ok && full.ok);
      for (const path of paths({ root: value }))
        assert.equal(quick.offsetOf(path), full.offsetOf(path), `${formatFieldPath(path)} in ${text}`);
    }),
  );
});

function* paths(value: unknown, path: FieldPath = []): Generator<FieldPath> {
  yield path;
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value))
    yield* paths(inner, [...path, Array.isArray(value) ? Number(key) : key]);
}

test("documents are cut at their markers alone", () => {
  const stream = "%YAML 1.2\n---\na: |\n  ---\n  x\n--- # why\nb: 1\n...\n# nothing\n---\n----: 2\n";
  assert.deepEqual(
    [...splitDocuments(stream)].map(({ text }) => text.trim()),
    ["a: |\n  ---\n  x", "# why\nb: 1", "----: 2"],
  );
});
