import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoreCondition } from "../model/secret-store-spec.ts";
import { admits } from "./namespace-match.ts";

const gold = { name: "team-a", labels: { tier: "gold" } };
const admitted = (conditions: StoreCondition[] | undefined, namespace = gold): boolean =>
  admits(conditions, namespace).admitted;
const expression = (operator: "In" | "NotIn" | "Exists" | "DoesNotExist", key: string, values?: string[]) => [
  { namespaceSelector: { matchExpressions: [{ key, operator, ...(values === undefined ? {} : { values }) }] } },
];

test("no conditions admit everybody, a condition that says nothing admits nobody", () => {
  assert.ok(admitted(undefined));
  assert.ok(admitted([]));
  assert.ok(!admitted([{}]));
});

test("any one condition that matches is enough", () => {
  assert.ok(admitted([{ namespaces: ["x"] }, { namespaces: ["team-a"] }]));
  assert.ok(admitted([{ namespaces: ["x"], namespaceRegexes: ["^team-"] }]));
  assert.ok(!admitted([{ namespaces: ["team"] }]));
});

test("selectors follow Kubernetes: all requirements hold, an empty selector selects all", () => {
  assert.ok(admitted([{ namespaceSelector: {} }]));
  assert.ok(admitted([{ namespaceSelector: { matchLabels: { tier: "gold" } } }]));
  assert.ok(!admitted([{ namespaceSelector: { matchLabels: { tier: "gold", other: "x" } } }]));
  assert.ok(admitted(expression("In", "tier", ["gold", "silver"])));
  assert.ok(!admitted(expression("NotIn", "tier", ["gold"])));
  assert.ok(admitted(expression("NotIn", "absent", ["gold"])));
  assert.ok(admitted(expression("Exists", "tier")));
  assert.ok(!admitted(expression("DoesNotExist", "tier")));
  assert.ok(!admitted(expression("Exists", "constructor")));
});

test("labels that could not be read match no selector, not even an empty one", () => {
  assert.equal(admits([{ namespaceSelector: {} }], { name: "team-a", labels: undefined }).admitted, false);
});

test("a pattern that is none admits nobody and is named", () => {
  const { admitted, mistake } = admits([{ namespaceRegexes: ["("] }], gold);
  assert.equal(admitted, false);
  assert.match(mistake ?? "", /pattern/);
});
