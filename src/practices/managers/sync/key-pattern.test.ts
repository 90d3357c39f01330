import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { keyMatches } from "./key-pattern.ts";

const cases: readonly [pattern: string, key: string, matches: boolean][] = [
  ["team-a/*", "team-a/db", true],
  ["team-a/*", "team-a/db/password", false],
  ["team-a/**", "team-a/db/password", true],
  ["{namespace}/**", "shop/db", true],
  ["{namespace}/**", "shopping/db", false],
  ["*/db", "shop/db", true],
  ["*/db", "a/b/db", false],
  ["**db", "a/b/db", true],
  ["db", "DB", false],
  ["a.b", "aXb", false],
  ["*", "", true],
  ["", "", true],
  ["", "a", false],
];

for (const [pattern, key, matches] of cases) {
  test(`${JSON.stringify(pattern)} ${matches ? "matches" : "doesn't match"} ${JSON.stringify(key)}`, () => {
    assert.equal(keyMatches(pattern, key, "shop"), matches);
  });
}

test("it agrees with the regular expression that the pattern stands for", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "/", ".", "-"), maxLength: 8 });
  const pattern = fc.array(fc.oneof(text, fc.constantFrom("*", "**")), { maxLength: 5 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(pattern, text, (pattern, key) => {
      const source = pattern
        .replaceAll(/[.\-/]/g, String.raw`\$&`)
        .replaceAll(/\*+/g, (stars) => (stars.length === 1 ? "[^/]*" : ".*"));
      assert.equal(keyMatches(pattern, key, "n"), new RegExp(`^${source}$`, "s").test(key));
    }),
  );
});

test("a pattern of many stars against a long key ends", () => {
  assert.equal(keyMatches("*a".repeat(100), "a".repeat(4000), "n"), true);
  assert.equal(keyMatches(`${"*a".repeat(100)}b`, "a".repeat(4000), "n"), false);
});
