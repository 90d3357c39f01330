import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import * as fc from "fast-check";
import { getPath } from "../../../src/kernel/stores/value/gjson/get-path.ts";
import { parseJson } from "../../../src/kernel/stores/value/json-node.ts";
import { openGoOracle } from "./go-oracle.ts";

const oracle = openGoOracle();
after(() => oracle.close());

interface Case {
  readonly json: string;
  readonly path: string;
}

/** What the real gjson answers: text, or undefined for "does not exist". */
async function ask(cases: readonly Case[]): Promise<(Buffer | undefined)[]> {
  return await oracle.ask(cases.map(({ json, path }) => ({ op: "gjson", input: Buffer.from(json), option: path })));
}

async function differences(cases: readonly Case[]): Promise<string[]> {
  const answers = await ask(cases);
  assert.equal(answers.length, cases.length);
  return cases.flatMap(({ json, path }, n) => {
    const root = parseJson(Buffer.from(json));
    assert.ok(root !== undefined, json);
    const ours = getPath(root, path);
    const real = answers[n];
    const isSame = ours === undefined ? real === undefined : real !== undefined && ours.equals(real);
    return isSame
      ? []
      : [`${json}  ${path}\n   ours ${ours?.toString() ?? "nothing"}\n   gjson ${real?.toString() ?? "nothing"}`];
  });
}

const name = fc.constantFrom("a", "b", "c", "ab", "a.b", "k*", "ünï", "0", "1", "x y", 'q"q', "@this", "#");
const leaf = fc.oneof(
  fc.constantFrom(
    "null",
    "true",
    "false",
    "0",
    "1",
    "-0",
    "1.0",
    "1e3",
    "1E-7",
    "123456789012345678901",
    "0.1",
    "-2.50",
  ),
  fc.constantFrom(
    '""',
    '"text"',
    '"1"',
    '"true"',
    '"<&>"',
    '"a\\nb"',
    '"\\u00e9\\ud83d\\ude00"',
    '"\\ud800x"',
    '"a.b"',
    '"{\\"a\\":1}"',
    '"ab"',
  ),
);
const { value: document } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }).map((items) => `[${items.join(", ")}]`),
    fc
      .array(fc.tuple(name, tie("value")), { maxLength: 4 })
      .map((all) => `{${all.map(([key, value]) => `${JSON.stringify(key)}: ${value}`).join(",")}}`),
  ),
}));
const container = document.map((text) => (/^[[{]/.test(text) ? text : `{"a":${text}}`));

const escaped = name.map((text) => text.replace(/[.*?|\\@#]/g, "\\$&"));
const operator = fc.constantFrom("==", "=", "!=", "<", "<=", ">", ">=", "%", "!%");
const operand = fc.constantFrom(
  '"a"',
  "1",
  "true",
  '"t*"',
  "null",
  '"ab"',
  "~true",
  "~false",
  "~null",
  "~*",
  "1.0",
  '"1"',
  "",
);
const query = fc
  .tuple(fc.oneof(name, fc.constant("")), fc.option(fc.tuple(operator, operand)), fc.constantFrom("", "#"))
  .map(([at, test, all]) => `#(${at}${test === null ? "" : test.join("")})${all}`);
const component = fc.oneof(
  { weight: 6, arbitrary: escaped },
  { weight: 2, arbitrary: fc.constantFrom("0", "1", "2", "9", "#") },
  { weight: 1, arbitrary: fc.constantFrom("*", "?", "a*", "?b", "*b*", "k\\*") },
  { weight: 2, arbitrary: query },
);
const modifier = fc.constantFrom(
  "@this",
  "@reverse",
  "@ugly",
  "@flatten",
  '@flatten:{"deep":true}',
  "@join",
  "@keys",
  "@values",
  "@valid",
  "@dig:a",
  "@tostr|@fromstr",
  "@group",
);
const plainPath = fc
  .tuple(
    fc.array(component, { minLength: 1, maxLength: 4 }),
    fc.array(fc.constantFrom(".", ".", ".", "|"), { minLength: 4, maxLength: 4 }),
  )
  .map(([parts, separators]) => parts.map((part, n) => (n === 0 ? part : `${separators[n]}${part}`)).join(""));
const anyPath = fc.oneof(
  { weight: 8, arbitrary: plainPath },
  {
    weight: 1,
    arbitrary: fc.tuple(plainPath, fc.oneof(modifier, fc.constant("@tostr"))).map(([at, apply]) => `${at}|${apply}`),
  },
  { weight: 1, arbitrary: fc.tuple(modifier, plainPath).map(([apply, at]) => `${apply}.${at}`) },
  { weight: 1, arbitrary: fc.array(plainPath, { minLength: 1, maxLength: 3 }).map((all) => `[${all.join(",")}]`) },
  {
    weight: 1,
    arbitrary: fc
      .array(plainPath, { minLength: 1, maxLength: 3 })
      .map((all) => `{${all.map((at, n) => `"n${n}":${at}`).join(",")}}`),
  },
);

test("every path of the examples gives the same bytes as the real gjson", async () => {
  const { documents } = JSON.parse(readFileSync(path.join(import.meta.dirname, "gjson-examples.json"), "utf8")) as {
    documents: { json: unknown; paths: string[] }[];
  };
  const cases = documents.flatMap(({ json, paths }) => paths.map((at) => ({ json: JSON.stringify(json), path: at })));
  assert.ok(cases.length > 60);
  assert.deepEqual(await differences(cases), []);
});

test("generated paths on generated documents give the same bytes as the real gjson", async () => {
  const cases = fc.sample(fc.record({ json: container, path: anyPath }), { numRuns: 20_000, seed: 4 });
  const found = (await ask(cases)).filter((answer) => answer !== undefined).length;
  assert.ok(found > 4_000, `only ${found} of the generated paths find anything`);
  const different = await differences(cases);
  assert.deepEqual(different.slice(0, 10), [], `${different.length} of ${cases.length} differ`);
});
