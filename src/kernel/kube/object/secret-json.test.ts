import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import * as fc from "fast-check";
import { Secret } from "../../secret/secret.ts";
import { decodeBase64, encodeBase64 } from "./base64-bytes.ts";
import { findStrings } from "./find-strings.ts";
import { encodeJson, LAST_APPLIED, parseSecretJson } from "./secret-json.ts";

const bytes = fc.uint8Array({ maxLength: 100 });

test("base64 of bytes is what Node's own makes, and comes back", () => {
  fc.assert(
    fc.property(bytes, (value) => {
      const text = encodeBase64(value);
      assert.equal(text.toString(), Buffer.from(value).toString("base64"));
      assert.deepEqual(decodeBase64(text, 0, text.length), Buffer.from(value));
    }),
  );
});

for (const text of ["A", "AA=", "AAA==", "A===", "AA A", "AA\\/", "=", "AAAAA", "é123"]) {
  test(`"${text}" is not base64`, () => {
    const found = Buffer.from(text);
    assert.equal(decodeBase64(found, 0, found.length), undefined);
  });
}

test("every string value of any JSON is found, with the path that leads to it", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const json = Buffer.from(JSON.stringify(value));
      const found = [...findStrings(json, () => true)].map(({ start, end, path }) => [
        path.join("\0"),
        JSON.parse(`"${json.toString("utf8", start, end)}"`) as unknown,
      ]);
      assert.deepEqual(found, stringsOf(value, []));
    }),
  );
});

/** The same by walking the parsed value; keys as they stand in the text, for paths are compared there. */
function stringsOf(value: unknown, path: readonly string[]): [string, string][] {
  if (typeof value === "string") return [[path.join("\0"), value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => {
    const raw = Array.isArray(value) ? key : JSON.stringify(key).slice(1, -1);
    return stringsOf(one, [...path, raw]);
  });
}

test("whatever the text, looking for strings ends", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      (text) => [...findStrings(Buffer.from(text), () => true)].length >= 0,
    ),
  );
});

const metadata = { name: "db", annotations: { [LAST_APPLIED]: '{"data":{"x":"Y2FuYXJ5"}}', "a/b": "kept" } };
const object = { metadata, data: { x: "Y2FuYXJ5", empty: "", 'a.b"\\é': "AQID" }, type: "Opaque" };
type Parsed = { metadata: { annotations: Record<string, string> }; data: Record<string, Secret>; type: string };

const DOCUMENTS: readonly [name: string, document: unknown, reach: (parsed: never) => Parsed][] = [
  ["one object", object, (parsed: Parsed) => parsed],
  [
    "a list",
    { items: [{ metadata: {} }, { data: null }, object] },
    (parsed: { items: Parsed[] }) => parsed.items[2] as Parsed,
  ],
  ["a watch event", { type: "ADDED", object }, (parsed: { object: Parsed }) => parsed.object],
];

for (const [name, document, reach] of DOCUMENTS) {
  test(`the values of ${name} become Secrets, kubectl's annotation goes, and the bytes are wiped`, () => {
    const json = Buffer.from(JSON.stringify(document));
    const parsed = reach(parseSecretJson(json) as never);
    assert.equal(parsed.data["x"]?.unwrap().toString(), "canary");
    assert.equal(parsed.data["empty"]?.size, 0);
    assert.deepEqual(parsed.data['a.b"\\é']?.unwrap(), Buffer.from([1, 2, 3]));
    assert.deepEqual(parsed.metadata.annotations, { "a/b": "kept" });
    assert.equal(parsed.type, "Opaque");
    assert.doesNotMatch(inspect(parsed, { depth: 9 }) + JSON.stringify(parsed), /canary|Y2Fu/);
    assert.ok(json.every((byte) => byte === 0));
  });
}

test("fields that only look like data stay as they are", () => {
  const document = { metadata: { labels: { data: "x" }, data: { x: "y" } }, spec: { data: { x: "y" } } };
  assert.deepEqual(parseSecretJson(Buffer.from(JSON.stringify(document))), document);
});

test("a value that is not base64, and cut JSON, are refused, and wiped all the same", () => {
  for (const text of ['{"data":{"x":"canary!"}}', '{"data":{"x":"Y2FuYXJ5"']) {
    const json = Buffer.from(text);
    assert.throws(() => parseSecretJson(json), SyntaxError);
    assert.ok(json.every((byte) => byte === 0));
  }
});

test("Secrets are written as base64 wherever they stand, all else as JSON", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(bytes, { maxLength: 3 }), (plain, values) => {
      const body = { plain, secrets: values.map((value) => Secret.fromBytes(Buffer.from(value))) };
      const read = JSON.parse(encodeJson(body).toString()) as { plain: unknown; secrets: string[] };
      assert.equal(JSON.stringify(read.plain), JSON.stringify(plain));
      assert.deepEqual(
        read.secrets,
        values.map((value) => Buffer.from(value).toString("base64")),
      );
    }),
  );
});
