import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type TranslatedFilter, translateFilter } from "./translate-filter.ts";

const TRANSLATES: readonly (readonly [program: string, expected: Partial<TranslatedFilter>])[] = [
  ['entropy(finding["secret"]) <= 3.5', { entropy: 3.5 }],
  ['filter.entropy(finding.secret) <= 2 || filter.entropy(finding["secret"]) <= 3', { entropy: 3 }],
  ['containsAny(finding["secret"], ["Mock", "test",])', { allowlists: [{ stopwords: ["Mock", "test"] }] }],
  [
    'filter.containsAny(finding["line"], ["a.b"])',
    { allowlists: [{ regexes: ["(?:(?i:a\\.b))"], regextarget: "line" }] },
  ],
  [
    'matchesAny(attributes[?"path"].orValue(""), [r"""(?i)\\.md$""", "x"])',
    { allowlists: [{ paths: ["(?:(?i)\\.md$)", "(?:x)"] }] },
  ],
  ['matchesAny(attributes["path"] ?? "", [`^a"b`])', { allowlists: [{ paths: ['(?:^a"b)'] }] }],
  ['matchesAny(finding["match"], ["\\\\d+"])', { allowlists: [{ regexes: ["(?:\\d+)"], regextarget: "match" }] }],
  ['finding["secret"] == "a+b"', { allowlists: [{ regexes: ["(?:^a\\+b$)"], regextarget: "secret" }] }],
  ['(attributes["git.sha"] ?? "") in ["abc"]', { allowlists: [{ commits: ["abc"] }] }],
  [
    'matchesAny(attributes.path, ["p"]) && (containsAny(finding.secret, ["w"]) || matchesAny(finding.line, ["l"]))',
    {
      allowlists: [
        { condition: "AND", paths: ["(?:p)"], stopwords: ["w"] },
        { condition: "AND", paths: ["(?:p)"], regexes: ["(?:l)"], regextarget: "line" },
      ],
    },
  ],
  ["", {}],
];
for (const [program, expected] of TRANSLATES) {
  test(`the filter ${program === "" ? "of nothing" : program} is said in gitleaks' words`, () => {
    assert.deepEqual(translateFilter(program), { allowlists: [], entropy: 0, complete: true, ...expected });
  });
}

const PARTLY: readonly (readonly [program: string, allowlists: TranslatedFilter["allowlists"], entropy?: number])[] = [
  ['failsTokenEfficiency(finding["secret"]) || containsAny(finding.secret, ["w"])', [{ stopwords: ["w"] }]],
  ['entropy(finding["secret"]) <= 2.5 && failsTokenEfficiency(finding["secret"])', []],
  ['entropy(finding["secret"]) <= 2.5 || attributes["git.author_name"].endsWith("[bot]")', [], 2.5],
  ['!containsAny(finding.secret, ["w"])', []],
  ['!(containsAny(finding.secret, ["w"]) || matchesAny(finding.line, ["l"]))', []],
  ['containsAny(finding.secret, ["w"]) ? true : false', []],
  ['(containsAny(finding.secret, ["w"])) == false', []],
  ['not containsAny(finding.secret, ["w"])', []],
  ['let x = 1; containsAny(finding.secret, ["w"])', []],
  ['containsAny(finding.secret, ["w"]) ||', []],
  ['containsAny(finding.secret, "w")', []],
  ['matchesAny(finding.secret, ["a"]) && matchesAny(finding.line, ["b"])', []],
  ["entropy(finding.secret) >= 2", []],
  ["(".repeat(10_000), []],
];
for (const [program, allowlists, entropy = 0] of PARTLY) {
  test(`of the filter ${program.slice(0, 90)} nothing is skipped that it would not skip`, () => {
    assert.deepEqual(translateFilter(program), { allowlists, entropy, complete: false });
  });
}

test("whatever the program, it is read in time", () => {
  const piece = fc.constantFrom(
    "(",
    ")",
    "||",
    "&&",
    "!",
    "?",
    ":",
    "[",
    "]",
    '"',
    "r",
    '"""',
    ",",
    "finding",
    ".secret",
    "attributes.path",
    "matchesAny(",
    'containsAny(finding.secret, ["w"])',
    "entropy(finding.secret) <= 2",
    " ",
    "\\",
    "in",
    "==",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const { allowlists, entropy } = translateFilter(pieces.join(""));
      assert.ok(allowlists.length <= 256 && entropy >= 0);
    }),
    { numRuns: 2_000 },
  );
});
