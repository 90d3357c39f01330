import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseYaml } from "./parse-yaml.ts";

test("values and the lines of keys, elements and nothing are given", () => {
  const parsed = parseYaml("# remark\nlog:\n  level: debug\ncheck:\n  exclude:\n    - a\n    - b\n");
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.value, { log: { level: "debug" }, check: { exclude: ["a", "b"] } });
  assert.equal(parsed.lineOf(["log"]), 2);
  assert.equal(parsed.lineOf(["log", "level"]), 3);
  assert.equal(parsed.lineOf(["check", "exclude", 1]), 7);
  assert.equal(parsed.lineOf(["check", "absent"]), undefined);
  assert.equal(parsed.lineOf([]), 2);
});

const REFUSED: readonly [name: string, text: string, reason: RegExp, line?: number][] = [
  ["an unclosed sequence", "a: 1\nb: [canary", /not valid YAML/, 2],
  ["the same key twice", "canary: 1\ncanary: 2", /duplicate key/, 2],
  ["an alias without its anchor", "a: *canary", /not valid YAML|alias/],
  ["brackets without end", "[".repeat(100_000), /resource exhaustion/, 1],
  ["many levels", `${"[".repeat(70)}${"]".repeat(70)}`, /deeper than 64/],
  ["aliases that multiply", billionLaughs(), /aliases/],
  ["too much text", "a: ".padEnd(2_000_000, "x"), /larger than 1048576 bytes/],
];

for (const [name, text, reason, line] of REFUSED) {
  test(`${name} is refused without quoting the text`, () => {
    const parsed = parseYaml(text);
    assert.ok(!parsed.ok);
    assert.match(parsed.reason, reason);
    assert.doesNotMatch(parsed.reason, /canary/);
    if (line !== undefined) assert.equal(parsed.line, line);
  });
}

test("whatever the text, parsing ends without throwing, and JSON reads as itself", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => typeof parseYaml(text).ok === "boolean"),
  );
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4, noUnicodeString: false }), (value) => {
      const parsed = parseYaml(JSON.stringify(value));
      assert.ok(parsed.ok);
      assert.equal(JSON.stringify(parsed.value), JSON.stringify(value));
    }),
  );
});

function billionLaughs(): string {
  const rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 9; i++)
    rows.push(
      `a${i}: &a${i} [${Array<string>(10)
        .fill(`*a${i - 1}`)
        .join(", ")}]`,
    );
  return rows.join("\n");
}
