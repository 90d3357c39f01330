import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Secret } from "../../../kernel/secret/secret.ts";
import { planText } from "./plan-text.ts";

/** A piece of a Secret's document, and what it has to become; `spec` stands for the spec with the comments given. */
interface Piece {
  readonly before: string;
  readonly after: string | { readonly comments: readonly string[] };
  readonly entries?: ReadonlyMap<string, Buffer>;
}

const comment = fc
  .string({ unit: fc.constantFrom(...Array.from("abc :#-{}'\"é")), maxLength: 12 })
  .map((text) => `# ${text}`.trimEnd());
const trail = fc.option(comment, { nil: undefined }).map((text) => (text === undefined ? "" : `  ${text}`));
const key = fc.stringMatching(/^[-._a-zA-Z0-9]{1,12}$/);
const text = fc.string({ unit: "grapheme", maxLength: 30 }).map((some) => `s3cr3t-${some}`);

const kept = (lines: fc.Arbitrary<string>): fc.Arbitrary<Piece> => lines.map((before) => ({ before, after: before }));
const noise = kept(
  fc
    .array(fc.oneof(fc.constant(""), comment), { maxLength: 3 })
    .map((lines) => lines.map((line) => `${line}\n`).join("")),
);
const metadata = kept(
  fc.constantFrom(
    "metadata:\n  name: a # of shop\n  labels: { x: y }\n  namespace: b\n",
    "metadata: {name: a, namespace: b}\n",
    'metadata:\n\n  "namespace": "b"\n  annotations:\n    # why\n    note: |\n      # text\n      type: Opaque\n  name: \'a\'\n',
  ),
);
const head = (name: string, from: string, to: string): fc.Arbitrary<Piece> =>
  fc.tuple(fc.constantFrom("", '"', "'"), trail).map(([quote, end]) => ({
    before: `${name}: ${quote}${from}${quote}${end}\n`,
    after: `${name}: ${quote}${to}${quote}${end}\n`,
  }));
const gone = (line: string): fc.Arbitrary<Piece> =>
  trail.map((end) => ({ before: `${line}${end}\n`, after: { comments: end === "" ? [] : [end.trim()] } }));

interface Entry {
  readonly name: string;
  readonly lines: string;
  readonly comments: readonly string[];
  readonly value: Buffer;
}

const written: fc.Arbitrary<Omit<Entry, "name">> = fc.oneof(
  fc.tuple(text, trail).map(([value, end]) => entry(`${JSON.stringify(value)}${end}`, [end], Buffer.from(value))),
  fc.array(fc.stringMatching(/^[a-z#:"' -]{0,20}[a-z]$/), { minLength: 1, maxLength: 4 }).map((lines) => {
    const value = `s3cr3t\n${lines.join("\n")}\n`;
    return entry(`|\n${value.replaceAll(/^(?=.)/gm, "    ").trimEnd()}`, [], Buffer.from(value));
  }),
);
const encoded: fc.Arbitrary<Omit<Entry, "name">> = fc
  .tuple(fc.uint8Array({ maxLength: 40 }), trail)
  .map(([bytes, end]) => {
    const value = Buffer.concat([Buffer.from("s3cr3t-"), bytes]);
    return entry(`${value.toString("base64")}${end}`, [end], value);
  });

function entry(lines: string, ends: readonly string[], value: Buffer): Omit<Entry, "name"> {
  return { lines, value, comments: ends.filter((end) => end !== "").map((end) => end.trim()) };
}

function section(name: string, one: fc.Arbitrary<Omit<Entry, "name">>): fc.Arbitrary<Piece> {
  const entries = fc.uniqueArray(fc.tuple(key, one, fc.option(comment, { nil: undefined })), {
    minLength: 1,
    maxLength: 4,
    selector: ([own]) => own,
  });
  return fc.tuple(entries, trail).map(([list, end]) => {
    const lines = list.map(
      ([own, { lines: its }, above]) => `${above === undefined ? "" : `  ${above}\n`}  "${own}": ${its}\n`,
    );
    const comments = list.flatMap(([, { comments: its }, above]) => [...(above === undefined ? [] : [above]), ...its]);
    return {
      before: `${name}:${end}\n${lines.join("")}`,
      after: { comments: [...(end === "" ? [] : [end.trim()]), ...comments] },
      entries: new Map(list.map(([own, { value }]) => [own, value])),
    };
  });
}

const SPEC = [
  "spec:",
  "  secretStoreRef:",
  "    kind: ClusterSecretStore",
  "    name: vault",
  "  dataFrom:",
  "    - extract:",
  "        key: b/a",
];

const document = fc
  .tuple(
    head("apiVersion", "v1", "external-secrets.io/v1"),
    head("kind", "Secret", "ExternalSecret"),
    metadata,
    fc.option(gone("type: Opaque"), { nil: undefined }),
    fc
      .shuffledSubarray(["data", "stringData"], { minLength: 1 })
      .chain((names) => fc.tuple(...names.map((name) => section(name, name === "data" ? encoded : written)))),
    fc.array(noise, { maxLength: 3 }),
  )
  .chain(([a, b, c, d, sections, between]) =>
    fc.shuffledSubarray([a, b, c, ...(d === undefined ? [] : [d]), ...sections, ...between], {
      minLength: 3 + (d === undefined ? 0 : 1) + sections.length + between.length,
    }),
  );

test("whatever else stands in a file stays to the character, and the values are those that the API server would read", () => {
  fc.assert(
    fc.property(
      document,
      fc.array(comment, { maxLength: 2 }),
      fc.constantFrom("\n", "\r\n"),
      (pieces, other, lineEnd) => {
        const around = `---\n${other.map((line) => `${line}\n`).join("")}kind:   ConfigMap # Secret\napiVersion: v1\n`;
        const all = (middle: string): string => `${around}---\n${middle}${around}`.replaceAll("\n", lineEnd);
        const before = all(pieces.map((piece) => piece.before).join(""));
        const plan = planText(before, "a.yaml", {
          store: { kind: "ClusterSecretStore", name: "vault" },
          namespace: undefined,
          keyPattern: "{namespace}/{name}",
        });
        assert.deepEqual(plan.unmoved, []);
        const comments = pieces.flatMap(({ after }) => (typeof after === "string" ? [] : after.comments));
        const hasBinary = plan.secrets[0]?.encoding === "base64";
        const spec = [...comments, ...SPEC, ...(hasBinary ? ["        decodingStrategy: Base64"] : [])]
          .map((line) => `${line}\n`)
          .join("");
        const place = pieces.findIndex(({ entries }) => entries !== undefined);
        const after = pieces.map((piece, index) =>
          typeof piece.after === "string" ? piece.after : index === place ? spec : "",
        );
        assert.equal(plan.after, all(after.join("")));
        const entries = new Map(
          pieces
            .filter(({ before: its }) => its.startsWith("data"))
            .concat(pieces.filter(({ before: its }) => its.startsWith("stringData")))
            .flatMap((piece) => [...(piece.entries ?? [])]),
        );
        const found = plan.secrets[0]?.entries ?? new Map();
        assert.deepEqual(new Set(found.keys()), new Set(entries.keys()));
        for (const [name, value] of entries) {
          assert.ok(found.get(name)?.value.equals(Secret.fromBytes(Buffer.from(value))), name);
          assert.ok(!plan.diff.includes(value.toString("utf8")) && !plan.diff.includes(value.toString("base64")), name);
        }
        assert.ok(!plan.diff.includes("s3cr3t"));
      },
    ),
    { numRuns: 200 },
  );
});

const BASES = [
  "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: b}\n# why\ndata:\n  k: dmFsdWU=\nstringData:\n  l: s3cr3t-value\ntype: Opaque\n",
  "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  namespace: b\nstringData:\n  l: |\n    s3cr3t-value\n    more\n",
  '{\n  "apiVersion": "v1", "kind": "Secret",\n  "metadata": {"name": "a", "namespace": "b"},\n  "data": {"k": "dmFsdWU="},\n  "type": "x"\n}\n',
  "{apiVersion: v1, kind: Secret, metadata: {name: a, namespace: b}, stringData: {l: s3cr3t-value}, immutable: true}\n",
];
const SCRAPS =
  "data:|stringData:|  k: x|  k: |\n|\n  |{|}|[|]|,|, |\"|'|&a |*a|<<: *a|!!binary |!!str |? |: |# x|#|---\n|...\n|type: y|spec: {}|    |\t|\r|\r\n|\uFEFF|\u0000|- ".split(
    "|",
  );

test("however a manifest is mangled, planning ends, what moves is proven, and where nothing moves the text stays", () => {
  const scrap = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...SCRAPS) },
    { weight: 1, arbitrary: fc.string({ unit: "binary" }) },
  );
  const wound = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), scrap, fc.constantFrom(0, 0, 1, 3));
  let moved = 0;
  fc.assert(
    fc.property(fc.constantFrom(...BASES), fc.array(wound, { maxLength: 3 }), (base, wounds) => {
      const before = wounds.reduce((text, [where, put, cut]) => {
        const at = Math.round(where * text.length);
        return text.slice(0, at) + put + text.slice(at + cut);
      }, base);
      const plan = planText(before, "a.yaml", {
        store: { kind: "SecretStore", name: "s" },
        namespace: "b",
        keyPattern: "{name}",
      });
      if (plan.secrets.length === 0) assert.equal(plan.after, before);
      else moved += 1;
      assert.doesNotMatch(plan.diff, /s3cr3t-value|dmFsdWU=/);
      if (plan.secrets.length > 0 && plan.repeats.length === 0) assert.doesNotMatch(plan.after, /s3cr3t-value/);
    }),
    { numRuns: 1500 },
  );
  assert.ok(moved > 100, `${moved} moved`);
});
