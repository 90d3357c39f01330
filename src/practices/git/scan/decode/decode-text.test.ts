import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Pattern } from "../../../../kernel/regexp/pattern.ts";
import { decodeTags, decodeText, toOriginal } from "./decode-text.ts";
import { ENCODINGS } from "./encodings.ts";
import { findEncoded } from "./find-encoded.ts";

/** What the search by hand stands for, one pattern for each encoding. */
const FORMS = [
  "%[0-9A-Fa-f]{2}(?:.*%[0-9A-Fa-f]{2})?",
  "(?:(?:U\\+[a-fA-F0-9]{4}(?:\\s|$))+|(?:\\\\{1,2}[uU][a-fA-F0-9]{4})+)",
  "[0-9A-Fa-f]{32,}",
  "[\\w/+-]{16,}={0,2}",
];
const reference = new Pattern(FORMS.map((form) => `(${form})`).join("|"));

function byPatterns(text: string): { encoding: string; start: number; end: number }[] {
  const found: { encoding: string; start: number; end: number }[] = [];
  for (let from = 0; from <= text.length; ) {
    const span = reference.search(text, from, true);
    if (span === undefined) break;
    const [start, end] = span;
    const rest = reference.places(text.slice(start)) ?? [];
    const group = ENCODINGS.findIndex((_, index) => (rest[2 * index + 2] ?? -1) === 0);
    found.push({ encoding: ENCODINGS[group] ?? "", start, end });
    from = end;
  }
  return found;
}

const unit = fc.oneof(
  fc.constantFrom("%", "%41", "%zz", "U+0041 ", "U+0041", "\\u0041", "\\\\u0042", "\\", "=", "==", "\n", " ", "é"),
  fc.string({
    unit: fc.constantFrom("0", "4", "9", "a", "c", "f", "X", "Z", "_", "/", "+", "-"),
    minLength: 1,
    maxLength: 40,
  }),
);

test("what looks encoded is found as patterns would find it", () => {
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 8 }), (parts) => {
      const text = parts.join("").replaceAll("é", "");
      const all = byPatterns(text);
      const rank = (encoding: string): number => ENCODINGS.findIndex((known) => known === encoding);
      const expected = all.filter((span, index) =>
        [all[index - 1], all[index + 1]].every(
          (other) =>
            other === undefined ||
            other.start > span.end ||
            other.end < span.start ||
            rank(other.encoding) >= rank(span.encoding),
        ),
      );
      assert.deepEqual(findEncoded(text), expected);
    }),
    { numRuns: 5_000 },
  );
});

const cases: [string, string, string, readonly string[]][] = [
  ["percent", "a=%68ello%20w", "a=hello w", ["decoded:percent", "decode-depth:1"]],
  [
    "hex",
    `x ${Buffer.from("sixteen chars!!!").toString("hex")}`,
    "x sixteen chars!!!",
    ["decoded:hex", "decode-depth:1"],
  ],
  [
    "base64",
    `"${Buffer.from("the secret value 42").toString("base64")}"`,
    '"the secret value 42"',
    ["decoded:base64", "decode-depth:1"],
  ],
  [
    "base64url",
    Buffer.from("??>>~~ 12345").toString("base64url"),
    "??>>~~ 12345",
    ["decoded:base64", "decode-depth:1"],
  ],
  ["unicode", "\\u0068\\u0069", "hi", ["decoded:unicode", "decode-depth:1"]],
];
for (const [name, encoded, decoded, tags] of cases) {
  test(`${name} is decoded in place, and knows where it stood`, () => {
    const { text, segments } = decodeText(encoded, []);
    assert.equal(text, decoded);
    assert.deepEqual(decodeTags(segments), tags);
    const [segment] = segments;
    assert.ok(segment !== undefined);
    assert.deepEqual(toOriginal(segments, segment.decoded), segment.original);
  });
}

test("layers are taken off one by one, back to the place in the file", () => {
  const inner = Buffer.from("password: hunter2-hunter2").toString("base64");
  const outer = `data: ${Buffer.from(inner).toString("base64")}\n`;
  const first = decodeText(outer, []);
  const second = decodeText(first.text, first.segments);
  assert.equal(second.text, "data: password: hunter2-hunter2\n");
  assert.deepEqual(decodeTags(second.segments), ["decoded:base64", "decode-depth:2"]);
  assert.deepEqual(second.segments[0]?.original, { start: 6, end: outer.length - 1 });
});

test("what is no text is left as it stands: words, digests, bytes", () => {
  for (const text of [
    "someLongIdentifierName1",
    `sha256:${"f0".repeat(32)}`,
    Buffer.alloc(30, 0xfe).toString("base64"),
    "100%of it",
  ]) {
    assert.deepEqual(decodeText(text, []), { text, segments: [] });
  }
});
