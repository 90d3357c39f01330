import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { leaksIn, newCanary } from "./canary.ts";

const canary = newCanary("password");
const wrap = (text: string): string => `some output before ${text} and after\n`;

const LEAKS: [string, string][] = [
  ["raw", canary.value],
  ["in JSON", JSON.stringify({ password: canary.value })],
  ["inspected", inspect({ password: canary.value })],
  ["base64", Buffer.from(canary.value).toString("base64")],
  ["base64url", Buffer.from(canary.value).toString("base64url")],
  ["base64 after one byte", Buffer.from(`x${canary.value}yz`).toString("base64")],
  ["base64 after two bytes", Buffer.from(`xy${canary.value}`).toString("base64")],
  ["base64 inside JSON inside base64's own text", Buffer.from(`{"password":"${canary.value}"}`).toString("base64")],
  ["hex", Buffer.from(canary.value).toString("hex")],
  ["URL", `https://u:${encodeURIComponent(canary.value)}@host`],
  ["form", new URLSearchParams({ password: canary.value }).toString()],
];

for (const [form, text] of LEAKS) {
  test(`the search finds a leak: ${form}`, () => {
    assert.notDeepEqual(leaksIn(wrap(text), [canary]), []);
  });
}

test("the search finds nothing in output without the value, nor another run's value", () => {
  assert.deepEqual(leaksIn(wrap("[secret]"), [canary]), []);
  assert.deepEqual(leaksIn(wrap(newCanary("password").value), [canary]), []);
});
