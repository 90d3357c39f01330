import assert from "node:assert/strict";
import { test } from "node:test";
import { reachOf } from "./rule-reach.ts";

test("a pattern's form tells whether each match has a keyword, and how many lines it may span", () => {
  const cases: readonly (readonly [string, readonly string[], boolean, number])[] = [
    ["\\bghp_[0-9A-Za-z]{36}", ["ghp_"], true, 0],
    ["\\bgh[ps]_\\w{36}", ["ghp_", "ghs_"], true, 0],
    ["\\bgh[pso]_\\w{36}", ["ghp_", "ghs_"], false, 0],
    ["(?i)(?:key|token)\\s{0,3}=\\s*(\\w{10})", ["KEY".toLowerCase(), "token"], true, 4],
    ["[0-9a-f]{40}", ["sourcegraph"], false, 0],
    ["(?:ab)?cd", ["ab"], false, 0],
    ["-----BEGIN[\\s\\S]+?KEY-----", ["-----begin"], true, Infinity],
    ["a(?s:.){0,200}b", ["a"], true, 200],
  ];
  for (const [source, keywords, contained, lineBreaks] of cases) {
    const reach = reachOf(source, keywords);
    assert.deepEqual([reach.contained, reach.lineBreaks], [contained, lineBreaks], source);
  }
});

test("words of its own are found in a pattern, the rarest ones", () => {
  assert.deepEqual(reachOf("(?i)kind:\\s*secret", []).ownWords(3), ["kind:"]);
  assert.deepEqual(reachOf("[0-9]{9}(?:abc-|def-)\\d", []).ownWords(3), ["abc-", "def-"]);
  assert.equal(reachOf("[0-9a-f]{40}", []).ownWords(3), undefined);
  assert.deepEqual(reachOf("\\bcurl\\b.*? -u", ["curl"]).rareWords, ["curl"]);
  // Of two that are as long the one with a sign in it.
  assert.deepEqual(reachOf("(?i)kind:\\s*secret", ["secret"]).rareWords, ["kind:"]);
});
