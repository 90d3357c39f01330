import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ALL_FUNCTIONS } from "../../../src/kernel/template/functions/all-functions.ts";
import { parseNamedTemplate, renderTemplate } from "../../../src/kernel/template/render-template.ts";
import { FUNCTION_DATA, FUNCTIONS } from "./corpus/functions.ts";
import { LANGUAGE, LANGUAGE_DATA } from "./corpus/language.ts";
import { LIBRARY } from "./corpus/library.ts";
import { PRINTF } from "./corpus/printf.ts";
import { YAML } from "./corpus/yaml.ts";
import { DIFFERENCES } from "./differences.ts";
import { GENERATED_DATA, generateTemplates } from "./generate-template.ts";
import { type Case, openGoRenderer } from "./go-renderer.ts";
import { renderOurs } from "./our-renderer.ts";

const go = openGoRenderer();
after(() => go.close());

/** A change of the generator changes the templates: then the differences have to be counted anew. */
const SEED = 8;
const GENERATED = 12_000;

const different: Case[] = [];

/** Renders with both; what differs without an explanation fails. */
async function check(cases: readonly Case[], leastRendered: number): Promise<void> {
  const theirs = await go.render(cases);
  const rendered = theirs.filter((answer) => answer !== undefined).length;
  assert.ok(rendered >= leastRendered * cases.length, `Go renders only ${rendered} of ${cases.length}`);
  const found = cases.flatMap((one, index) => {
    const ours = renderOurs(one);
    const expected = theirs[index];
    const isSame = ours === undefined ? expected === undefined : expected !== undefined && ours.equals(expected);
    return isSame ? [] : [{ one, ours: ours?.toString(), expected: expected?.toString() }];
  });
  different.push(...found.map(({ one }) => one));
  assert.ok(found.length <= cases.length / 100, `${found.length} of ${cases.length} differ`);
  const unexplained = found.filter(({ one }) => !DIFFERENCES.some(({ isOne }) => isOne(one)));
  assert.deepEqual(unexplained.slice(0, 10), []);
}

test("renders every construct of the language as Go does, with missing keys as errors and without", async () => {
  const cases = LANGUAGE.flatMap((template) =>
    (["error", "default"] as const).map((missingKey) => ({ template, any: LANGUAGE_DATA, missingKey })),
  );
  await check(cases, 0.4);
});

test("reads other delimiters as Go does", async () => {
  const pairs = [
    ["<<", ">>"],
    ["[[", "]]"],
    ["{{{", "}}}"],
    ["(", ")"],
    ["«", "»"],
    ["--", "--"],
  ] as const;
  const cases = LANGUAGE.flatMap((template) =>
    pairs.map((delimiters) => ({
      template: template.replaceAll("{{", delimiters[0]).replaceAll("}}", delimiters[1]),
      any: LANGUAGE_DATA,
      delimiters,
    })),
  );
  await check(cases, 0.3);
});

test("printf prints what Go's does, by every verb and flag", async () => {
  await check(
    PRINTF.map((template) => ({ template, any: LANGUAGE_DATA })),
    0.95,
  );
});

test("every function gives what sprig's gives", async () => {
  await check(
    [...FUNCTIONS, ...LIBRARY, ...YAML].map((template) => ({ template, strings: FUNCTION_DATA })),
    0.8,
  );
});

test("renders templates made from a grammar as Go does", async () => {
  const cases = generateTemplates(GENERATED, SEED).map((template, index) => ({
    template,
    strings: GENERATED_DATA,
    missingKey: index % 2 === 0 ? ("error" as const) : ("default" as const),
  }));
  await check(cases, 0.15);
});

test("what is derived or decrypted comes out as sprig's does", async () => {
  const kinds = ["maximum", "long", "medium", "short", "basic", "pin"];
  const templates = [
    ...kinds.map((kind) => `{{derivePassword 1 "${kind}" "pässword" "user" "example.com"}}`),
    '{{derivePassword 4294967295 "long" "" "" ""}}',
    '{{derivePassword -1 "long" "a" "b" "c"}}',
    '{{decryptAES "secretkey" "30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ="}}',
    '{{decryptAES "x" "!"}}',
    '{{decryptAES "x" "AAAA"}}',
    '{{encryptAES "x" ""}}',
  ];
  const theirs = await go.render(templates.map((template) => ({ template })));
  for (const [index, template] of templates.entries()) {
    const sources = { now: () => 0, random: (count: number) => Buffer.alloc(count) };
    const rendering = async (): Promise<Buffer> =>
      (await renderTemplate(parseNamedTemplate("t", template), new Map(), { sources, missingKey: "error" })).unwrap();
    const expected = theirs[index];
    if (expected === undefined) await assert.rejects(rendering(), template);
    else assert.deepEqual(await rendering(), expected, template);
  }
});

test("every function of sprig's and of External Secrets Operator's is there, but those that are named here", async () => {
  const own = ["filterCertChain", "filterPEM", "certSANs", "jwkPrivateKeyPem", "jwkPublicKeyPem", "rsaDecrypt"];
  const names = [...(await go.functionNames()), ...own];
  assert.ok(names.length > 200, `${names.length}`);
  assert.deepEqual(
    names.filter((name) => !Object.hasOwn(ALL_FUNCTIONS, name)),
    [],
  );
  for (const name of ["env", "expandenv", "getHostByName", "getSecretKey", "getSecretKeys"]) {
    assert.ok(!Object.hasOwn(ALL_FUNCTIONS, name), name);
  }
});

test("every explained difference is there as often as it says", () => {
  for (const { why, isOne, count } of DIFFERENCES) assert.equal(different.filter(isOne).length, count, why);
});
