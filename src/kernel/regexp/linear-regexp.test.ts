import assert from "node:assert/strict";
import { test } from "node:test";
import { compileRegexp } from "./linear-regexp.ts";

test("patterns match as RE2 says", () => {
  const table: [string, string, boolean][] = [
    ["^team-[a-z]+$", "team-blue", true],
    ["^team-[a-z]+$", "my-team-blue", false],
    ["a{2,3}b", "caab", true],
    ["^(?:a|bc)*$", "abcbca", true],
    ["(?i)SECRET", "my-Secret", true],
    ["[[:digit:]]{3}", "a12", false],
    ["\\p{Greek}", "aλ", true],
    ["(?s)a.b", "a\nb", true],
    ["a.b", "a\nb", false],
    ["(?m)^b$", "a\nb", true],
    ["\\bfoo\\b", "a foo b", true],
    ["\\Qa.b\\E", "axb", false],
    ["[^]a]", "]", false],
    ["", "anything", true],
    ["x*", "", true],
  ];
  for (const [pattern, text, expected] of table)
    assert.equal(compileRegexp(pattern)(text), expected, `${pattern} on ${text}`);
});

test("what RE2 doesn't know, and what is too large, is refused", () => {
  for (const bad of [
    "(",
    ")",
    "[a",
    "a**",
    "*a",
    "(?=a)",
    "(?<!a)",
    "(a)\\1",
    "\\k<a>",
    "a{1001}",
    "a{3,2}",
    "\\8",
    "[z-a]",
    "\\p{Nope}",
    "(?)",
    "((a{100}){100}){100}",
    "(".repeat(500),
  ]) {
    assert.throws(() => compileRegexp(bad), SyntaxError, bad);
  }
});

test("patterns that make a backtracking engine take for ever take steps of text × pattern here", () => {
  let steps = 0;
  const text = "a".repeat(4_000);
  for (const pattern of ["(a+)+$", "(a|a)*b", "(a|aa)+$", "(.*)*x", "([a-zA-Z]+)*1"]) {
    compileRegexp(pattern)(`${text}!`);
    steps += 1;
  }
  assert.equal(steps, 5);
});
