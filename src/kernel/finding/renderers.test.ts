import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import type { Finding } from "./finding.ts";
import { renderJson } from "./render-json.ts";
import { renderJunit } from "./render-junit.ts";
import { renderSarif } from "./render-sarif.ts";
import { renderText } from "./render-text.ts";
import type { Scorecard } from "./scorecard.ts";

const HOSTILE = 'a<b>&"]]>\u001b[31m\n\u0000\u202e\ud800';

const finding = (changes: Partial<Finding> = {}, line = 7): Finding => ({
  rule: "git/SecretManifestHasValues",
  practice: "git",
  severity: "high",
  subject: {
    kind: "Secret",
    name: "db",
    namespace: "shop",
    field: "data.a",
    location: { file: "deploy/über 1.yaml", line, column: 3 },
  },
  message: "Secret shop/db carries a value in the clear",
  evidence: { keys: "a", count: 1 },
  hint: "Git keeps it",
  fix: "line one\nline two",
  ...changes,
});

const scorecard = (findings: readonly Finding[]): Scorecard => ({
  practices: [
    { practice: "git", state: findings.length > 0 ? "failed" : "passed", assessed: 2, findings },
    { practice: "rotation", state: "not assessed", assessed: 0, reason: "no checks yet", findings: [] },
  ],
  rules: [
    { rule: "git/SecretManifestHasValues", practice: "git", severity: "high", remark: "values in the clear" },
    { rule: "git/Other", practice: "git", severity: "low", remark: "something else" },
  ],
  objects: 3,
  passedOver: { "a template": 2 },
  inputErrors: [{ location: { file: "bad.yaml", line: 4, column: 2 }, reason: "a quote is missing" }],
});

test("text: findings by practice and rule, then the table", () => {
  assert.equal(
    renderText(scorecard([finding()]), { color: false }),
    `1 no secrets in Git
  git/SecretManifestHasValues
    high     deploy/über 1.yaml:7:3
             Secret shop/db carries a value in the clear
    why: Git keeps it
    fix: line one
         line two

could not be read, and is not part of the score
  bad.yaml:4:2  a quote is missing

1 no secrets in Git      failed        2 objects looked at, 1 high
6 rotated automatically  not assessed  no checks yet
3 objects, 1 finding; passed over: 2 a template
`,
  );
});

test("text: colours only when asked, and never from foreign names", () => {
  const hostile = scorecard([finding({ message: HOSTILE, subject: { kind: "Secret", name: HOSTILE } })]);
  assert.ok(!renderText(hostile, { color: false }).includes("\u001b"));
  assert.ok(renderText(hostile, { color: true }).includes("\u001b[31m"));
  assert.match(renderText(hostile, { color: false }), /a<b>&"\]\]>\\u001b\[31m\\u000a\\u0000\\u202e\\ud800/);
});

test("text: many findings of one rule are cut short and counted", () => {
  const many = scorecard(Array.from({ length: 13 }, (_, index) => finding({}, index + 1)));
  const text = renderText(many, { color: false, perRule: 3 });
  assert.match(text, /… and 10 more of the same rule/);
  assert.equal(text.match(/deploy\/über/g)?.length, 3);
});

test("JSON: the stable shape", () => {
  const shape = z.strictObject({
    schema: z.literal("kustody.dev/scorecard/v1"),
    objects: z.literal(3),
    passedOver: z.record(z.string(), z.number()),
    inputErrors: z.array(z.strictObject({ location: z.object({ file: z.string() }), reason: z.string() })).length(1),
    practices: z
      .array(
        z.strictObject({
          number: z.int().min(1).max(8),
          practice: z.string(),
          title: z.string(),
          state: z.enum(["passed", "failed", "not assessed"]),
          assessed: z.int(),
          reason: z.string().optional(),
          findings: z.array(
            z.object({
              rule: z.string(),
              severity: z.string(),
              message: z.string(),
              subject: z.object({ kind: z.string(), name: z.string() }),
            }),
          ),
        }),
      )
      .length(2),
  });
  assert.ok(shape.safeParse(JSON.parse(renderJson(scorecard([finding()])))).success);
});

/** The part of the SARIF 2.1.0 schema that we write, as the specification has it: required members, enumerations, minimums. */
const message = z.strictObject({ text: z.string().min(1) });
const physicalLocation = z.strictObject({
  artifactLocation: z.strictObject({
    uri: z.string().regex(/^(?:file:\/\/\/)?(?:[A-Za-z0-9._~!$&'()*+,;=@/-]|%[0-9A-F]{2})+$/),
  }),
  region: z.strictObject({ startLine: z.int().min(1), startColumn: z.int().min(1).optional() }).optional(),
});
const location = z.strictObject({
  physicalLocation: physicalLocation.optional(),
  logicalLocations: z.array(z.strictObject({ fullyQualifiedName: z.string(), kind: z.string() })).optional(),
});
const level = z.enum(["none", "note", "warning", "error"]);
const sarif = z.strictObject({
  $schema: z.url(),
  version: z.literal("2.1.0"),
  runs: z
    .array(
      z.strictObject({
        tool: z.strictObject({
          driver: z.strictObject({
            name: z.string(),
            version: z.string(),
            rules: z.array(
              z.strictObject({
                id: z.string(),
                name: z.string(),
                shortDescription: message,
                help: message,
                defaultConfiguration: z.strictObject({ level }),
                properties: z.looseObject({ tags: z.array(z.string()) }),
              }),
            ),
          }),
        }),
        columnKind: z.enum(["utf16CodeUnits", "unicodeCodePoints"]),
        invocations: z.array(
          z.strictObject({
            executionSuccessful: z.boolean(),
            toolExecutionNotifications: z.array(z.strictObject({ level, message, locations: z.array(location) })),
          }),
        ),
        results: z.array(
          z.strictObject({
            ruleId: z.string(),
            ruleIndex: z.int().min(0).optional(),
            level,
            message,
            locations: z.array(location).min(1),
            partialFingerprints: z.record(z.string().regex(/^[^/]+\/v\d+$/), z.string()),
            properties: z.looseObject({}),
          }),
        ),
      }),
    )
    .min(1),
});

const sarifOf = (...findings: Finding[]): z.infer<typeof sarif> =>
  sarif.parse(JSON.parse(renderSarif(scorecard(findings), "1.2.3")));

test("SARIF: keeps the specification, and rules are found by their index", () => {
  const [run] = sarifOf(finding(), finding({ severity: "medium" }, 9)).runs;
  const [result] = run?.results ?? [];
  assert.equal(run?.tool.driver.rules[result?.ruleIndex ?? -1]?.id, result?.ruleId);
  assert.deepEqual(
    run?.results.map((one) => one.level),
    ["error", "warning"],
  );
  assert.equal(result?.locations[0]?.physicalLocation?.artifactLocation.uri, "deploy/%C3%BCber%201.yaml");
  assert.equal(run?.invocations[0]?.executionSuccessful, false);
});

test("SARIF: a fingerprint stays when lines move, and differs for another field or file", () => {
  const print = (one: Finding): string | undefined =>
    sarifOf(one).runs[0]?.results[0]?.partialFingerprints["kustodyIdentity/v1"];
  const { subject } = finding();
  assert.equal(print(finding({}, 7)), print(finding({}, 70)));
  assert.notEqual(print(finding()), print(finding({ subject: { ...subject, field: "data.b" } })));
  assert.notEqual(
    print(finding()),
    print(finding({ subject: { ...subject, location: { file: "other.yaml", line: 7 } } })),
  );
});

test("SARIF: an object of a cluster has a logical location alone, and an absolute path is a file URI", () => {
  const inCluster = sarifOf(finding({ subject: { kind: "Secret", name: "db", namespace: "shop" } })).runs[0]
    ?.results[0];
  assert.deepEqual(inCluster?.locations, [
    { logicalLocations: [{ fullyQualifiedName: "Secret/shop/db", kind: "object" }] },
  ]);
  const absolute = sarifOf(finding({ subject: { kind: "Secret", name: "db", location: { file: "/srv/a b.yaml" } } }))
    .runs[0]?.results[0];
  assert.equal(absolute?.locations[0]?.physicalLocation?.artifactLocation.uri, "file:///srv/a%20b.yaml");
});

test("JUnit: counts agree with the cases, and every foreign character is escaped", () => {
  const hostile = finding({
    message: HOSTILE,
    subject: { kind: HOSTILE, name: HOSTILE, location: { file: HOSTILE, line: 1 } },
  });
  const xml = renderJunit(scorecard([hostile, finding({ severity: "info" })]));
  const count = (pattern: RegExp): number => xml.match(pattern)?.length ?? 0;
  assert.match(
    xml,
    /^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites name="kustody" tests="5" failures="1" errors="1" skipped="1">/,
  );
  assert.equal(count(/<testcase /g), 5);
  assert.equal(count(/<failure /g), 1);
  assert.equal(count(/<skipped /g), 1);
  assert.equal(count(/<error /g), 1);
  // eslint-disable-next-line no-control-regex -- control characters are what must not be there
  assert.doesNotMatch(xml, /[^\P{Cc}\n]|\p{Cs}|a<b>/u);
  assertWellFormed(xml);
});

/** Tags nest, attributes are quoted, and nothing but the five entities stands behind an ampersand. */
function assertWellFormed(xml: string): void {
  const open: string[] = [];
  const body = xml.replace(/^<\?xml[^?]*\?>/, "");
  const rest = body.replaceAll(
    /<(\/?)([a-z-]+)((?: [a-z]+="[^"<>]*")*)(\/?)>/g,
    (_tag, end: string, name: string, _attributes, empty: string) => {
      if (end === "/") assert.equal(open.pop(), name);
      else if (empty === "") open.push(name);
      return "";
    },
  );
  assert.deepEqual(open, []);
  assert.doesNotMatch(rest, /[<>]/);
  assert.doesNotMatch(body.replaceAll(/&(?:amp|lt|gt|quot|apos);/g, ""), /&/);
}
