import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { structuralSchema } from "./structural-schema.ts";

test("objects, lists, maps and bounds are as the API server takes them", () => {
  const model = z.object({
    name: z
      .string()
      .min(1)
      .max(63)
      .regex(/^[a-z]+$/)
      .describe("a name"),
    count: z.int32().optional(),
    large: z.int().optional(),
    when: z.iso.datetime({ offset: true }).nullable().optional(),
    tags: z.record(z.string(), z.string()).optional(),
    items: z
      .array(z.object({ a: z.boolean() }))
      .min(1)
      .max(3)
      .optional(),
    one: z.literal("only").optional(),
  });
  assert.deepEqual(structuralSchema(model), {
    type: "object",
    required: ["name"],
    properties: {
      name: { type: "string", minLength: 1, maxLength: 63, pattern: "^[a-z]+$", description: "a name" },
      count: { type: "integer", minimum: -2147483648, maximum: 2147483647 },
      large: { type: "integer" },
      when: { type: "string", format: "date-time", nullable: true },
      tags: { type: "object", additionalProperties: { type: "string" } },
      items: {
        type: "array",
        minItems: 1,
        maxItems: 3,
        items: { type: "object", required: ["a"], properties: { a: { type: "boolean" } } },
      },
      one: { type: "string", enum: ["only"] },
    },
  });
});

test("what is unknown to the model keeps what it holds", () => {
  const keeps = { "x-kubernetes-preserve-unknown-fields": true };
  assert.deepEqual(structuralSchema(z.record(z.string(), z.unknown())), { type: "object", ...keeps });
  assert.deepEqual(structuralSchema(z.record(z.string(), z.record(z.string(), z.unknown()))), {
    type: "object",
    additionalProperties: { type: "object", ...keeps },
  });
  assert.deepEqual(structuralSchema(z.unknown().describe("anything")), { description: "anything", ...keeps });
  assert.deepEqual(structuralSchema(z.union([z.string(), z.boolean()])), keeps);
});

test("a number or a text is int-or-string, and a default of the model stays in the model", () => {
  assert.deepEqual(structuralSchema(z.union([z.int(), z.string()]).describe("d")), {
    description: "d",
    "x-kubernetes-int-or-string": true,
  });
  assert.deepEqual(structuralSchema(z.object({ a: z.string().default("x") })), {
    type: "object",
    properties: { a: { type: "string" } },
  });
});

test("rules and bounds of the model's meta are carried under Kubernetes' names, other notes are not", () => {
  const rules = [{ rule: "has(self.a)", message: "a is needed" }];
  const model = z
    .object({ a: z.string().optional() })
    .meta({ "x-kubernetes-validations": rules, maxProperties: 1, note: 1 });
  assert.deepEqual(structuralSchema(model), {
    type: "object",
    properties: { a: { type: "string" } },
    "x-kubernetes-validations": rules,
    maxProperties: 1,
  });
});
