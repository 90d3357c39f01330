import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultRules } from "../catalogue/default-rules.ts";
import { readConfigFile } from "../config/config-file.ts";
import { rulesOfConfigs } from "../config/rules-of-config.ts";
import { lintPatterns, lintRules } from "./lint-rules.ts";

function problems(text: string): readonly string[] {
  const set = rulesOfConfigs([{ name: "a.toml", file: readConfigFile(text, "a.toml") }], undefined);
  return lintRules(set).map(({ rule, problem }) => `${rule}: ${problem}`);
}
const rule = (rest: string): string => `[[rules]]\nid = 'r'\n${rest}\n`;

test("each thing that makes a rule slow or blind is told; a good rule has none", () => {
  const table: [string, RegExp | undefined][] = [
    [rule("regex = '''key_[a-z]{20}'''\nkeywords = ['key_']"), undefined],
    [rule("regex = '''key_[a-z]{20}'''"), /^r: it has no keywords/],
    [rule("regex = '''key_[a-z]{20}'''\npath = 'x'"), undefined],
    [rule("regex = '''key_(?:[a-z]+)+$'''\nkeywords = ['key_']"), /^r: on some texts/],
    [rule("regex = '''(?:key_)*'''\nkeywords = ['key_']"), /^r: .*the empty text/],
    [
      rule("regex = '''key_[a-z]{20}'''\nkeywords = ['key_']\n[[rules.allowlists]]\nregexes = ['''x*''']"),
      /^r: an allowlist's regexes/,
    ],
    [
      rule("regex = '''key_[a-z]{20}'''\nkeywords = ['key_']\n[[allowlists]]\npaths = ['''a|''']"),
      /^: an allowlist's paths/,
    ],
    [rule("regex = '''key_[a-z]{20}'''\nkeywords = ['key_']\n[[allowlists]]\nstopwords = ['']"), /^: .*empty stopword/],
  ];
  for (const [text, expected] of table) {
    const found = problems(text);
    assert.equal(found.length, expected === undefined ? 0 : 1, `${text}\n${found.join("\n")}`);
    if (expected !== undefined) assert.match(found[0] ?? "", expected);
  }
});

test("every pattern that is none is told, not the first alone", () => {
  const rules = [
    { id: "a", regex: "x(?=y)", path: "" },
    { id: "b", regex: "ok", path: "[" },
    { id: "c", regex: "ok", path: "" },
  ];
  assert.deepEqual(
    lintPatterns(rules).map(({ rule: id, level }) => `${id} ${level}`),
    ["a error", "b error"],
  );
});

test("our own rules have no problem", () => {
  assert.deepEqual(lintRules(defaultRules()), []);
});
