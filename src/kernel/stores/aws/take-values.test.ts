import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { Secret } from "../../secret/secret.ts";
import { takenValue, takeValues } from "./take-values.ts";

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

test("values are taken out of a reply as bytes, and nothing of them is left in it", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string({ unit: "grapheme" }), fc.uint8Array()), { maxLength: 25 }), (secrets) => {
      const SecretValues = secrets.map((value, n) => ({
        Name: `n${n}`,
        ...(typeof value === "string"
          ? { SecretString: value }
          : { SecretBinary: Buffer.from(value).toString("base64") }),
      }));
      const values: Secret[] = [];
      const body = json({ SecretValues, Errors: [] });
      const left = JSON.parse(takeValues(body, values).toString()) as {
        SecretValues: { SecretString?: string; SecretBinary?: string }[];
      };
      // As the SDK hands them over: text as it stands, binary decoded.
      const taken = left.SecretValues.map(({ SecretString, SecretBinary }) =>
        takenValue(SecretString ?? Buffer.from(SecretBinary ?? "", "base64"), values)?.unwrap(),
      );
      assert.deepEqual(
        taken,
        secrets.map((value) => Buffer.from(value as string)),
      );
      if (secrets.length > 0)
        assert.ok(
          body.every((byte) => byte === 0),
          "the reply's bytes are wiped",
        );
    }),
  );
});

test("tags, whose values are no secrets, and replies without values stay as they are", () => {
  const values: Secret[] = [];
  const tags = { Tags: [{ Key: "team", Value: "blue" }], TagList: [{ Value: "x", Key: "y" }] };
  assert.deepEqual(JSON.parse(takeValues(json(tags), values).toString()), tags);
  assert.equal(takeValues(Buffer.from("<xml/>"), values).toString(), "<xml/>");
  assert.equal(values.length, 0);
});

test("a value whose text is a number is never taken for the place of another", () => {
  const values: Secret[] = [];
  const reply = { Parameters: [{ Value: "1" }, { Value: "0" }] };
  const left = JSON.parse(takeValues(json(reply), values).toString()) as typeof reply;
  const taken = left.Parameters.map(({ Value }) => takenValue(Value, values)?.unwrap().toString());
  assert.deepEqual(taken, ["1", "0"]);
  assert.equal(takenValue("0", values), undefined, "a value has one owner");
});
