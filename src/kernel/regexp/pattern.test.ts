import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { isAscii, Pattern } from "./pattern.ts";
import { withinTime } from "./within-time.ts";

/** Patterns from pieces of RE2's syntax, nested and repeated; small alphabets, so that matches are common. */
const atom = fc.constantFrom(
  "a",
  "b",
  "k",
  "\\n",
  ".",
  "[ab]",
  "[^a]",
  "[^\\n]",
  "\\w",
  "\\W",
  "\\s",
  "\\d",
  "[[:alpha:]]",
  "[^[:alpha:]b]",
  "\\pL",
  "\\PL",
  "[\\pLu\\d]",
  "é",
  "[a-é]",
  "\\x{1F600}",
  "[^\\d\\s]",
  "^",
  "$",
  "\\A",
  "\\z",
  "\\b",
  "\\B",
  "\\.",
  "\\Qa.b\\E",
);
const count = fc.constantFrom("*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}?", "{1,}");
const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { depthSize: "small" },
    { weight: 4, arbitrary: atom },
    { weight: 3, arbitrary: fc.tuple(tie("pattern"), tie("pattern")).map((parts) => parts.join("")) },
    { weight: 2, arbitrary: fc.tuple(tie("pattern"), tie("pattern")).map((parts) => `(?:${parts.join("|")})`) },
    { weight: 2, arbitrary: tie("pattern").map((inner) => `(${inner})`) },
    { weight: 2, arbitrary: fc.tuple(tie("pattern"), count).map(([inner, times]) => `(?:${inner})${times}`) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom("i", "s", "m", "U", "i-s", "im"), tie("pattern"))
        .map(([flags, inner]) => `(?${flags}:${inner})`),
    },
    { weight: 1, arbitrary: tie("pattern").map((inner) => `(?i)${inner}`) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom("[ab]{0,3}?", "[^a]??", "(?i:[k.]){0,2}?(?:[kK.]{0,1}?"), tie("pattern"))
        .map(([prefix, inner]) => `${prefix}${inner}${prefix.includes("(?:") ? ")" : ""}`),
    },
  ),
}));
const asciiText = fc.string({
  unit: fc.constantFrom("a", "b", "A", "K", "k", ".", "1", " ", "\n", "_"),
  maxLength: 12,
});
const anyText = fc.string({
  unit: fc.constantFrom("a", "B", "k", "K", "\u212a", "\u017f", "s", "é", "É", "😀", "\udc80", "\n", "1", "."),
  maxLength: 12,
});

for (const [name, text] of [
  ["ASCII", asciiText],
  ["other", anyText],
] as const) {
  test(`both engines find the same matches and groups in ${name} text`, () => {
    fc.assert(
      fc.property(pattern, text, fc.nat(3), (source, given, from) => {
        const compiled = new Pattern(source);
        const start = Math.min(from, given.length);
        if ((given.charCodeAt(start) & 0xfc00) === 0xdc00 && start > 0) return; // no search begins inside a pair
        assert.deepEqual(compiled.search(given, start, isAscii(given)), compiled.search(given, start, false, "linear"));
        assert.deepEqual(compiled.places(given), compiled.places(given, "linear"));
      }),
      { numRuns: 3_000 },
    );
  });
}

test("an ASCII text may be searched as any other", () => {
  fc.assert(
    fc.property(pattern, asciiText, (source, given) => {
      const compiled = new Pattern(source);
      assert.deepEqual(compiled.search(given, 0, true), compiled.search(given, 0, false));
    }),
  );
});

test("what RE2 and JavaScript read differently is read as RE2", () => {
  const table: [string, string, [number, number] | undefined][] = [
    ["(?i)k", "\u212a", [0, 1]],
    ["(?i)\\bkey\\b", "a KEY b", [2, 5]],
    ["\\s", "\u00a0", undefined],
    ["\\s", "\v", undefined],
    ["a$", "a\n", undefined],
    ["a\\z", "ba", [1, 2]],
    ["(?P<name>a)|b", "b", [0, 1]],
    [".", "😀", [0, 2]],
    ["^$", "", [0, 0]],
    ["[[:punct:]]+", "a]^-\\", [1, 5]],
    ["x*", "y", [0, 0]],
    ["a(?i)b|c", "C", [0, 1]],
    ["\\/\\-\\@", "/-@", [0, 3]],
  ];
  for (const [source, text, expected] of table) {
    assert.deepEqual(new Pattern(source).search(text, 0, isAscii(text)), expected, source);
    assert.deepEqual(new Pattern(source).search(text, 0, false, "linear"), expected, `${source}, linear`);
  }
});

test("groups are Go's: a repeated one keeps what it last took", () => {
  assert.deepEqual(new Pattern("(?:(a)|(b))*").places("ab"), [0, 2, 0, 1, 1, 2]);
  assert.deepEqual(new Pattern("(a)(b)?").places("xa"), [1, 2, 1, 2, -1, -1]);
  for (const engine of ["v8", "linear"] as const) {
    assert.deepEqual(new Pattern("(a)|^b").places("bab", engine, 1), [1, 2, 1, 2]);
    assert.equal(new Pattern("^b").places("bb", engine, 1), undefined);
  }
  assert.deepEqual(new Pattern("(?P<x>a)(b)(?<y>c)").names, ["x", undefined, "y"]);
  assert.throws(() => new Pattern("(?P<x>a)(?P<x>b)").check(), SyntaxError);
});

test("what RE2 doesn't know is refused", () => {
  for (const bad of ["(?=a)", "(?<!a)", "(a)\\1", "a++", "(?>a)", "a*+", "[", "(?P=n)", "\\C"]) {
    assert.throws(() => new Pattern(bad).check(), SyntaxError, bad);
  }
});

test("a pattern that holds V8's engine for ever is cut off, and the linear engine answers", () => {
  const text = `${"a".repeat(2_000)}!`;
  for (const source of ["^(a+)+$", "^(a|a)*$", "^(?:a+b?)+$"]) {
    const hostile = new Pattern(source);
    assert.equal(
      withinTime(50, () => hostile.test(text)),
      undefined,
      source,
    );
    assert.equal(hostile.test(text, "linear"), false, source);
  }
  assert.deepEqual(
    withinTime(1_000, () => 1),
    { result: 1 },
  );
  assert.throws(() => withinTime(1_000, () => assert.fail("its own")), /its own/);
});
