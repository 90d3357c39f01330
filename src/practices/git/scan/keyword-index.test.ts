import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { KeywordIndex } from "./keyword-index.ts";

test("finds exactly the words that a text in lower case includes", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "k", "-", "é"), minLength: 1, maxLength: 4 });
  const text = fc.string({
    unit: fc.constantFrom("a", "A", "b", "B", "k", "\u212a", "-", "é", "É", "x"),
    maxLength: 20,
  });
  fc.assert(
    fc.property(fc.uniqueArray(word, { maxLength: 8 }), text, (words, given) => {
      const found = new KeywordIndex(words).find(Buffer.from(given));
      const lower = given.replaceAll("\u212a", "k").replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
      assert.deepEqual(
        found,
        words.flatMap((one, index) => (lower.includes(one) ? [index] : [])),
      );
    }),
    { numRuns: 2_000 },
  );
});
