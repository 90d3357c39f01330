import assert from "node:assert/strict";
import { test } from "node:test";
import { Pattern } from "../../../../kernel/regexp/pattern.ts";
import { Scanner } from "../scanner.ts";
import type { CatalogueRule } from "./catalogue-rule.ts";
import { CATALOGUE, defaultRules } from "./default-rules.ts";
import { expandSample } from "./expand-sample.ts";

const scanner = new Scanner(defaultRules(), { maxDecodeDepth: 5, allowComments: true });

/** `sample` is the text of a file, or the path of one, where the rule looks at paths alone. */
function rulesThatFind(sample: string, { file, regex, structure }: Partial<CatalogueRule> = {}): readonly string[] {
  const isPath = regex === undefined && structure === undefined && file !== undefined;
  const path = isPath ? sample : (file?.sample ?? (sample.startsWith("{") ? "sample.json" : "sample.yaml"));
  const bytes = Buffer.from(isPath ? "a\n" : expandSample(sample));
  return scanner.scan([{ origin: { path }, bytes }]).map(({ rule }) => rule);
}

test("every rule cites its source, has an id of its own, keywords in lower case, and two hits and misses at least", () => {
  assert.ok(CATALOGUE.length >= 200, String(CATALOGUE.length));
  assert.equal(new Set(CATALOGUE.map(({ id }) => id)).size, CATALOGUE.length);
  for (const { id, source, file, keywords, hits, misses, description } of CATALOGUE) {
    assert.match(source, /^https:\/\/\S+$/, id);
    assert.match(id, /^[a-z0-9]+(?:-[a-z0-9]+)*$/);
    assert.ok(description.length > 10, id);
    assert.ok(keywords.length > 0 || file !== undefined, `${id} looks at every text`);
    assert.ok(
      keywords.every((word) => word === word.toLowerCase() && word !== ""),
      id,
    );
    assert.ok(new Set(hits).size >= 2 && new Set(misses).size >= 2, `${id} needs two hits and two misses`);
  }
});

for (const rule of CATALOGUE) {
  test(`${rule.id} finds its hits and passes its misses over`, () => {
    if (rule.regex !== undefined) new Pattern(rule.regex).check();
    for (const hit of rule.hits) assert.ok(rulesThatFind(hit, rule).includes(rule.id), hit);
    for (const miss of rule.misses) assert.ok(!rulesThatFind(miss, rule).includes(rule.id), miss);
  });
}

test("a hit of one rule is found by it alone, and by no general one beside it", () => {
  const general = new Set(CATALOGUE.filter(({ general: isGeneral }) => isGeneral === true).map(({ id }) => id));
  const doubles = CATALOGUE.filter(({ id }) => !general.has(id)).flatMap((rule) =>
    rule.hits
      .filter((hit) => rulesThatFind(hit, rule).some((id) => id !== rule.id))
      .map((hit) => `${rule.id}: ${rulesThatFind(hit, rule).join()} in ${hit}`),
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
