import assert from "node:assert/strict";
import { test } from "node:test";
import { Pattern } from "../../../../kernel/regexp/pattern.ts";
import { Scanner } from "../scanner.ts";
import { CATALOGUE, defaultRules } from "./default-rules.ts";
import { expandSample } from "./expand-sample.ts";

const scanner = new Scanner(defaultRules(), { maxDecodeDepth: 5, allowComments: true });

function rulesThatFind(sample: string): readonly string[] {
  const path = sample.startsWith("{") ? "sample.json" : "sample.yaml";
  const bytes = Buffer.from(expandSample(sample));
  return scanner.scan([{ origin: { path }, bytes }]).map(({ rule }) => rule);
}

test("every rule cites its source, has an id of its own, keywords in lower case, and two hits and misses at least", () => {
  assert.ok(CATALOGUE.length >= 80, String(CATALOGUE.length));
  assert.equal(new Set(CATALOGUE.map(({ id }) => id)).size, CATALOGUE.length);
  for (const { id, source, keywords, hits, misses, description } of CATALOGUE) {
    assert.match(source, /^https:\/\/\S+$/, id);
    assert.match(id, /^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    assert.ok(description.length > 10, id);
    assert.ok(keywords.length > 0 && keywords.every((word) => word === word.toLowerCase()), id);
    assert.ok(new Set(hits).size >= 2 && new Set(misses).size >= 2, `${id} needs two hits and two misses`);
  }
});

for (const { id, regex, hits, misses } of CATALOGUE) {
  test(`${id} finds its hits and passes its misses over`, () => {
    if (regex !== undefined) new Pattern(regex).check();
    for (const hit of hits) assert.ok(rulesThatFind(hit).includes(id), hit);
    for (const miss of misses) assert.ok(!rulesThatFind(miss).includes(id), miss);
  });
}

test("a hit of one rule is found by it alone, and by no general one beside it", () => {
  const general = new Set(CATALOGUE.filter(({ general: isGeneral }) => isGeneral === true).map(({ id }) => id));
  const doubles = CATALOGUE.filter(({ id }) => !general.has(id)).flatMap(({ id, hits }) =>
    hits
      .filter((hit) => rulesThatFind(hit).some((rule) => rule !== id))
      .map((hit) => `${id}: ${rulesThatFind(hit).join()} in ${hit}`),
  );
  assert.deepEqual(doubles, []);
});

test("what vendors print in their documentation is no finding", () => {
  for (const text of [
    "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
    "password: {{ .Values.password }}\ntoken: ${TOKEN}\nsecret: <your-secret-here>\n",
    "password: changeme123456789\n",
    "image: ghcr.io/org/app@sha256:{64:a-f0-9}\n",
    "checksum_key: sha256-{43:A-Za-z0-9}=\n",
  ]) {
    assert.deepEqual(rulesThatFind(text), [], text);
  }
});
