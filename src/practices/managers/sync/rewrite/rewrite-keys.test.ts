import assert from "node:assert/strict";
import { test } from "node:test";
import { KustodyError } from "../../../../kernel/errors.ts";
import { Secret } from "../../../../kernel/secret/secret.ts";
import type { Rewrite } from "../../model/remote-ref.ts";
import { rewriteKeys } from "./rewrite-keys.ts";

const CANARY = "kust0dy-rewrite-canary";
const { signal } = new AbortController();
const sources = { now: () => 0, random: (count: number) => Buffer.alloc(count, 7) };

async function rewrite(steps: readonly Rewrite[], values: Readonly<Record<string, string>>) {
  using made = new DisposableStack();
  const given = new Map(Object.entries(values).map(([key, text]) => [key, made.use(Secret.fromText(text))]));
  const entries = await rewriteKeys(steps, given, (secret) => made.use(secret), sources, signal);
  return Object.fromEntries([...entries].map(([key, value]) => [key, value.unwrap().toString()]));
}

async function failure(steps: readonly Rewrite[], values: Readonly<Record<string, string>>): Promise<string> {
  try {
    await rewrite(steps, values);
  } catch (error) {
    assert.ok(error instanceof KustodyError && error.code !== "KST_INTERNAL", String(error));
    assert.ok(!`${error.message} ${error.hint} ${error.stack} ${String(error.cause)}`.includes(CANARY));
    return error.message;
  }
  return assert.fail("it was carried out");
}

const regexp = (source: string, target: string): Rewrite => ({ regexp: { source, target } });

const RENAMED: [string, Rewrite[], Record<string, string>, string[]][] = [
  ["groups by number and name", [regexp("^(a)/(?P<x>.*)$", "${x}-$1")], { "a/b": "1", c: "2" }, ["b-a", "c"]],
  ["a number that runs into letters names a group that isn't there", [regexp("(a)", "$1x")], { ab: "1" }, ["b"]],
  ["every match", [regexp("[^a-z]", "_")], { "a/b c": "1" }, ["a_b_c"]],
  ["steps feed each other", [regexp("a", "b"), regexp("b", "c")], { a: "1" }, ["c"]],
  ["a template", [{ transform: { template: '{{ .value | upper | replace "/" "." }}' } }], { "a/b": "1" }, ["A.B"]],
  ["a template without the key", [{ transform: { template: "x{{ .nope }}" } }], { a: "1" }, ["x<no value>"]],
  ["no step", [{}], { a: "1" }, ["a"]],
];
for (const [what, steps, values, keys] of RENAMED) {
  test(`renaming: ${what}`, async () => {
    assert.deepEqual(Object.keys(await rewrite(steps, values)), keys);
  });
}

test("of two keys that get one name the last one counts, every time", async () => {
  assert.deepEqual(await rewrite([regexp(".+", "same")], { b: "2", a: "1", c: "3" }), { same: "3" });
});

const OBJECTS = { one: '{"x":"1","n":1e3,"t":"<"}', two: '{"x":"2","o":{"b":null,"a":"<"}}', zero: "null" };
const ignoring = { conflictPolicy: "Ignore" } as const;

test("merge: later keys win, those of priority last and in its order", async () => {
  const all = { n: "1000", t: "<", o: '{"a":"\\u003c","b":null}' };
  assert.deepEqual(await rewrite([{ merge: ignoring }], OBJECTS), { x: "2", ...all });
  assert.deepEqual(await rewrite([{ merge: { ...ignoring, priority: ["two", "one"] } }], OBJECTS), { x: "1", ...all });
});

test("merge into one key as JSON keeps the others", async () => {
  const merged = await rewrite([{ merge: { ...ignoring, strategy: "JSON", into: "all" } }], OBJECTS);
  assert.deepEqual(merged, { ...OBJECTS, all: '{"n":1000,"o":{"a":"<","b":null},"t":"<","x":"2"}' });
});

const REFUSED: [string, Rewrite[], Record<string, string>, RegExp][] = [
  ["a conflict", [{ merge: {} }], OBJECTS, /^rewrite\[0\]\.merge: more than one value has "x"$/],
  ["a priority that isn't there", [{ merge: { priority: ["no"] } }], {}, /there is no key "no", which priority names/],
  ["JSON into nothing", [{ merge: { strategy: "JSON" } }], { a: "{}" }, /into is not set/],
  ["no object", [{ merge: {} }], { a: CANARY }, /the value under "a" is not a JSON object/],
  ["a pattern that is none", [regexp("(", "")], { a: CANARY }, /^rewrite\[0\]\.regexp.*malformed/],
  [
    "a template that fails",
    [regexp("a", "b"), { transform: { template: "{{ fail .value }}" } }],
    { a: CANARY },
    /^rewrite\[1\]\.transform\.template, line 1/,
  ],
];
for (const [what, steps, values, message] of REFUSED) {
  test(`refused: ${what}`, async () => {
    assert.match(await failure(steps, values), message);
  });
}

test("an absent priority may be ignored", async () => {
  const merge = { priority: ["no"], priorityPolicy: "IgnoreNotFound" as const };
  assert.deepEqual(await rewrite([{ merge }], { a: '{"k":"v"}' }), { k: "v" });
});
