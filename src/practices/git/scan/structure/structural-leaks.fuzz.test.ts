import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { writeYaml } from "../../../../kernel/yaml/write-yaml.ts";
import type { Rule, Structure } from "../rule.ts";
import { blankTemplate } from "./blank-template.ts";
import { structuralLeaks } from "./structural-leaks.ts";
import { templateActions } from "./template-actions.ts";

const rule = (structure: Structure): Rule => ({
  id: structure,
  description: "",
  structure,
  secretGroup: 0,
  entropy: 0,
  keywords: [],
  tags: [],
  allowlists: [],
  required: [],
  general: "lines",
  skipReport: false,
});
const RULES = new Map(
  (["kubernetes-secret", "config-map", "workload-variable", "chart-values", "kustomization", "variables"] as const).map(
    (structure) => [structure, rule(structure)] as const,
  ),
);
const PATHS = ["values.yaml", "kustomization.yaml", "a.yaml", "a.json", ".env", "templates/_helpers.tpl"];

function fieldsIn(text: string, path: string): readonly (readonly [line: number, field: string, value: string])[] {
  const scan = { rules: RULES, allowlists: [], allowComments: true };
  return [...structuralLeaks(Buffer.from(text), { path }, scan)].map(
    ({ startLine, field, secret }) => [startLine, field ?? "", secret.unwrap().toString()] as const,
  );
}

/** Values that nobody takes for a reference or a placeholder. */
const value = fc.stringMatching(/^[A-Za-z0-9]{10,24}$/).map((text) => `Zq9-${text}`);
const key = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/).map((text) => `k-${text}`);

test("every value that is put into a Secret is found on its line, with its value, in whatever style it is written", () => {
  const style = fc.constantFrom("plain", "single", "double", "block", "data");
  const member = fc.record({ key, value, style });
  fc.assert(
    fc.property(fc.uniqueArray(member, { minLength: 1, maxLength: 8, selector: (one) => one.key }), (members) => {
      const lines = ["# a comment", "apiVersion: v1", "kind: Secret", "metadata: {name: db}"];
      const expected: [number, string, string][] = [];
      for (const section of ["stringData", "data"]) {
        const own = members.filter(({ style: how }) => (how === "data") === (section === "data"));
        if (own.length === 0) continue;
        lines.push(`${section}:`);
        for (const one of own) {
          const encoded = Buffer.from(one.value).toString("base64");
          const written = {
            plain: one.value,
            single: `'${one.value}'`,
            double: `"${one.value}"`,
            block: `|\n    ${one.value}`,
            data: encoded,
          }[one.style];
          const held = {
            plain: one.value,
            single: one.value,
            double: one.value,
            block: `${one.value}\n`,
            data: encoded,
          };
          expected.push([lines.join("\n").split("\n").length + 1, `${section}.${one.key}`, held[one.style]]);
          lines.push(`  ${one.key}: ${written}`);
        }
      }
      assert.deepEqual(fieldsIn(`${lines.join("\n")}\n`, "a.yaml"), expected);
    }),
    { numRuns: 300 },
  );
});

test("every credential that is put into a chart's values, however deep, is found and nothing beside it", () => {
  const other = fc.oneof(fc.constantFrom("", "changeme", "<password>", "${PASSWORD}"), fc.boolean(), fc.constant(null));
  const tree = fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { depthSize: "small" },
      fc.record({ password: fc.oneof(value, other), host: fc.constant("db") }, { requiredKeys: [] }),
      fc.dictionary(key, tie("node"), { maxKeys: 3 }),
      fc.array(tie("node"), { maxLength: 3 }),
    ),
  })).node;
  fc.assert(
    fc.property(fc.dictionary(key, tree, { maxKeys: 4 }), (values) => {
      const expected = JSON.stringify(values).match(/"password":"Zq9-[^"]+"/g) ?? [];
      const found = fieldsIn(writeYaml(values), "values.yaml");
      assert.deepEqual(found.map(([, , secret]) => secret).sort(), expected.map((one) => one.slice(12, -1)).sort());
      for (const [, field] of found) assert.match(field, /\.password$/);
    }),
    { numRuns: 300 },
  );
});

test("blanking a template keeps every line's length, and every character outside of actions and branches", () => {
  const piece = fc.constantFrom(
    "{{ .a }}",
    "{{- if .b }}",
    "{{ else }}",
    "{{- end -}}",
    '{{ "}}" }}',
    "{{/* }} */}}",
    "{{",
    "}}",
    "\n",
    "  key: value",
    "text ",
    "\uE000",
    "-",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join("");
      const actions = [...templateActions(text)];
      const kept = new Set<number>();
      for (let at = 0; at < text.length; at++)
        if (!actions.some(({ start, end }) => at >= start && at < end)) kept.add(at);
      const variants = [...blankTemplate(text)];
      for (const { text: blank } of variants) {
        assert.deepEqual(
          blank.split("\n").map((line) => line.length),
          text.split("\n").map((line) => line.length),
        );
        for (const at of kept) assert.ok(blank[at] === text[at] || blank[at] === " ", `${at}`);
      }
      const lost = [...kept].filter(
        (at) => /[a-z]/.test(text[at] ?? "") && variants.every((one) => one.text[at] !== text[at]),
      );
      assert.deepEqual(lost, [], "each branch is in some variant");
    }),
    { numRuns: 1_000 },
  );
});

test("whatever a file holds, it is looked through without an error, and fields lie in its lines", () => {
  const line = fc.oneof(
    fc.constantFrom(
      "kind: Secret",
      "apiVersion: v1",
      "stringData:",
      "data:",
      "kind: ConfigMap",
      "---",
      "{{ if }}",
      "secretGenerator:",
      "- literals:",
      "  - a=b9-xyz",
      "containers",
      "&a [*a]",
      "a: |",
      "{",
      "}",
      "[",
      '"',
      "'",
      "\t",
    ),
    fc
      .tuple(fc.nat(6), key, fc.constantFrom(": ", ":", "=", " "), fc.oneof(value, fc.string()))
      .map(([indent, name, between, text]) => `${" ".repeat(indent)}${name}${between}${text}`),
    fc.string({ unit: "binary" }),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 25 }), fc.constantFrom(...PATHS), (lines, path) => {
      const text = lines.join("\n");
      const count = text.split(/\r\n?|\n/).length;
      for (const [at] of fieldsIn(text, path)) assert.ok(at >= 1 && at <= count);
    }),
    { numRuns: 1_000 },
  );
});
