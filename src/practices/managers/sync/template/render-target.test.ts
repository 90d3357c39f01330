import assert from "node:assert/strict";
import { test } from "node:test";
import { KustodyError } from "../../../../kernel/errors.ts";
import { Secret } from "../../../../kernel/secret/secret.ts";
import type { Template } from "../../model/external-secret-spec.ts";
import { TargetData } from "../target-data.ts";
import { type FetchTemplates, renderTarget } from "./render-target.ts";

const CANARY = "kust0dy-render-canary";
const { signal } = new AbortController();
let now = 0;
const sources = { now: () => now, random: (count: number) => Buffer.alloc(count, 7) };
const nothing: FetchTemplates = async () => undefined;

async function render(template: Template, fetch = nothing, values: Readonly<Record<string, string>> = { v: CANARY }) {
  using data = new TargetData();
  for (const [key, value] of Object.entries(values)) data.set(key, Secret.fromText(value));
  using rendered = await renderTarget(template, data, fetch, sources, signal);
  const { labels, annotations } = rendered;
  const texts = [...rendered.data.entries].map(([key, value]) => [key, value.unwrap().toString()]);
  return { data: Object.fromEntries(texts) as Record<string, string>, labels, annotations };
}

async function failure(template: Template, fetch = nothing): Promise<string> {
  try {
    await render(template, fetch);
  } catch (error) {
    assert.ok(error instanceof KustodyError && error.code.startsWith("KST_TEMPLATE_"), String(error));
    assert.ok(
      ![error.message, error.hint, error.stack, JSON.stringify(error), String(error.cause)].join().includes(CANARY),
    );
    return error.message;
  }
  return assert.fail("it was rendered");
}

test("an object that holds several templates is read once for all of them, and its Secrets are wiped", async () => {
  const asked: string[] = [];
  const given = new Map([
    ["a", Secret.fromText("A{{ .v }}")],
    ["b", Secret.fromText("B")],
    ["other", Secret.fromText("unused")],
  ]);
  const from = (key: string) => ({ secret: { name: "s", items: [{ key }] } });
  const { data } = await render({ templateFrom: [from("a"), from("b")] }, async ({ kind, name }) => {
    asked.push(`${kind}/${name}`);
    return given;
  });
  assert.deepEqual([asked, data], [["Secret/s"], { a: `A${CANARY}`, b: "B" }]);
  for (const secret of given.values()) assert.throws(() => secret.size, /disposed/);
});

test("later templates win: templateFrom in its order, then data; labels and annotations of metadata last", async () => {
  const template: Template = {
    mergePolicy: "Merge",
    templateFrom: [
      { literal: "k: first\nv: over the value" },
      { literal: "k: second" },
      { literal: "l: a", target: "LABELS" },
    ],
    metadata: { labels: { l: "b" } },
  };
  const rendered = await render(template, nothing, { v: CANARY, w: "kept" });
  assert.deepEqual(rendered, {
    data: { v: "over the value", w: "kept", k: "second" },
    labels: { l: "b" },
    annotations: {},
  });
});

test("what a mapping's values become: Go's texts of numbers and booleans, nothing for null", async () => {
  const literal =
    "a: 1\nb: 1.50\nc: true\nd:\ne: off\nf: 0x10\ng: 2001-01-01\nh: '007'\ni: 1000000.5\nj: 0.00001\nk: |\n  x\n";
  assert.deepEqual((await render({ templateFrom: [{ literal }] })).data, {
    a: "1",
    b: "1.5",
    c: "true",
    d: "",
    e: "false",
    f: "16",
    g: "2001-01-01",
    h: "007",
    i: "1.0000005e+06",
    j: "1e-05",
    k: "x\n",
  });
});

test("valuesDecodingStrategy decodes what the templates gave", async () => {
  const decoding = { valuesDecodingStrategy: "Base64" } as const;
  assert.deepEqual((await render({ templateFrom: [{ literal: "a: YQ==", ...decoding }] })).data, { a: "a" });
  assert.match(await failure({ templateFrom: [{ literal: "a: '{{ .v }}'", ...decoding }] }), /the value is not Base64/);
});

const FAILURES: [string, string, RegExp][] = [
  ["no mapping", "- {{ .v }}", /literal: its output is no mapping/],
  ["no text", "a: [{{ .v }}]", /literal: an entry of its output is no text/],
  ["no YAML", 'a: "{{ .v }}', /literal: its output is no YAML: a quote, bracket, comma or colon is missing/],
  ["an alias that expands", "a: &a [{{ .v }}]\nb: [*a, *a]", /literal: an entry of its output is no text/],
];
for (const [what, literal, message] of FAILURES) {
  test(`an output that is ${what} is told without what it was`, async () => {
    assert.match(await failure({ templateFrom: [{ literal }] }), message);
  });
}

test("bytes that are no text come through", async () => {
  using data = new TargetData();
  const bytes = Buffer.from([0, 255, 128, 10]);
  data.set("b", Secret.fromBytes(Buffer.from(bytes)));
  using rendered = await renderTarget({ data: { copy: "{{ .b }}" } }, data, nothing, sources, signal);
  assert.deepEqual(rendered.data.entries.get("copy")?.unwrap(), bytes);
});

test("all templates of an object together have one time and one size", async () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`k${n}`, '{{ repeat 200000 "x" }}']));
  assert.match(await failure({ data: many }), /data\["k20"\], line 1, column 4: .*bytes/);
  const slow: FetchTemplates = async () => {
    now += 6_000;
    return new Map([["k", "x"]]);
  };
  const templateFrom = [{ configMap: { name: "m", items: [{ key: "k" }] } }];
  assert.match(
    await failure({ templateFrom, data: { late: "x" } }, slow),
    /data\["late"\]: the templates together take longer/,
  );
});
