import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseToml, TomlSyntaxError } from "./parse-toml.ts";

test("tables, lists of tables and literal strings are read", () => {
  const text = "[extend]\nuseDefault = true\n[[rules]]\nid = \"a\"\nregex = '''\\d{3}'''\n[[rules]]\nid = 'b'\n";
  assert.deepEqual(JSON.parse(JSON.stringify(parseToml(text))), {
    extend: { useDefault: true },
    rules: [{ id: "a", regex: "\\d{3}" }, { id: "b" }],
  });
});

test("an error names the place and quotes nothing of the text", () => {
  const text = "a = 1\nkey = canary-value-5f1c x\n";
  assert.throws(
    () => parseToml(text),
    (error) => error instanceof TomlSyntaxError && error.line === 2 && !error.message.includes("canary"),
  );
});

test("any text is read or refused, with nothing of it in the message", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 40 }), (text) => {
      try {
        parseToml(text);
      } catch (error) {
        assert.ok(error instanceof TomlSyntaxError, String(error));
        assert.ok(!error.message.includes("\n"));
      }
    }),
  );
});

test("a name such as __proto__ changes no prototype", () => {
  const document = parseToml("[__proto__]\npolluted = true\n");
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  assert.deepEqual(Object.keys(document), ["__proto__"]);
});
