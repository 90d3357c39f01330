import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../../kernel/secret/secret.ts";
import { Baseline, parseBaseline } from "./baseline.ts";
import { type NamedLeak, nameLeaks } from "./fingerprint.ts";
import { isIgnored, parseIgnoreFile } from "./ignore-list.ts";
import type { Leak } from "./leak.ts";
import { renderReport } from "./report/render-report.ts";

function leak(given: Partial<Leak> & { readonly value?: string } = {}): Leak {
  const { value = "a-value-of-mine", ...rest } = given;
  return {
    rule: "generic-api-key",
    description: "d",
    file: "a/b.txt",
    startLine: 3,
    endLine: 3,
    startColumn: 2,
    endColumn: 20,
    secret: Secret.fromText(value),
    entropy: 3.456,
    general: "line",
    tags: [],
    ...rest,
  };
}

const named = (given: Parameters<typeof leak>[0] = {}): NamedLeak => {
  const [one] = nameLeaks([leak(given)]);
  assert.ok(one !== undefined);
  return one;
};

test("an ignore file may name a leak by place, by commit and place, or by our name", () => {
  const one = named({ commit: "abc" });
  assert.equal(one.fingerprint, "abc:a/b.txt:generic-api-key:3");
  for (const line of [
    "a/b.txt:generic-api-key:3",
    "a\\b.txt:generic-api-key:3",
    one.fingerprint,
    `  ${one.stableFingerprint}  `,
  ])
    assert.ok(isIgnored(one, new Set(parseIgnoreFile(`# known\n\n${line}\r\n`))), line);
  for (const line of ["a/b.txt:generic-api-key:4", "#a/b.txt:generic-api-key:3", "abd:a/b.txt:generic-api-key:3"])
    assert.ok(!isIgnored(one, new Set(parseIgnoreFile(line))), line);
});

test("our name for a leak stays when its line moves, and changes with its value; equal values are told apart by number", () => {
  assert.equal(named().stableFingerprint, named({ startLine: 90, startColumn: 7, commit: "abc" }).stableFingerprint);
  assert.notEqual(named().stableFingerprint, named({ value: "another value" }).stableFingerprint);
  const twice = nameLeaks([leak(), leak({ startLine: 9 })]);
  assert.match(twice.map(({ stableFingerprint }) => stableFingerprint).join(), /:1:([0-9a-f]{4}),.*:2:\1$/);
});

test("a baseline knows what it holds: from gitleaks with values, redacted, and from us", () => {
  const entry = {
    RuleID: "generic-api-key",
    File: "a/b.txt",
    StartLine: 3,
    EndLine: 3,
    StartColumn: 2,
    EndColumn: 20,
    Commit: "",
    Entropy: 3.4560001,
    Description: "another description",
  };
  const baseline = (item: object): Baseline => new Baseline(parseBaseline(JSON.stringify([item])) ?? []);
  assert.ok(baseline({ ...entry, Secret: "a-value-of-mine" }).has(named()));
  assert.ok(!baseline({ ...entry, Secret: "another" }).has(named()));
  assert.ok(baseline({ ...entry, Secret: "REDACTED" }).has(named()));
  assert.ok(!baseline({ ...entry, Secret: "REDACTED", Entropy: 3.1 }).has(named()));
  assert.ok(!baseline({ ...entry, Secret: "REDACTED", StartLine: 4 }).has(named()));
  const ours = renderReport([named()], "json", { rules: [], version: "0" });
  assert.ok(new Baseline(parseBaseline(ours) ?? []).has(named({ startLine: 50, endLine: 50 })));
  assert.equal(parseBaseline("{}"), undefined);
  assert.equal(parseBaseline("not JSON"), undefined);
});

test("no report holds a value, or a spreadsheet's formula, or XML of a file's name", () => {
  const leaks = nameLeaks([leak({ file: '=cmd|"x"<y>&\u001b[2J.txt', value: "canary-5f1c", tags: ["decoded:hex"] })]);
  for (const format of ["json", "csv", "junit", "sarif"] as const) {
    const text = renderReport(leaks, format, { rules: [], version: "0.1.0" });
    assert.ok(!text.includes("canary"), format);
    assert.match(text, /generic-api-key/);
    if (format === "csv") assert.match(text, /,"'=cmd\|""x""/);
    if (format === "junit") assert.ok(!text.includes("<y>") && !text.includes("\u001b"));
    if (format === "json" || format === "sarif") JSON.parse(text);
  }
  assert.equal(renderReport([], "csv", { rules: [], version: "0" }), "");
});
