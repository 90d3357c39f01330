import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../secret/secret.ts";
import { createHmacKey } from "./hmac-key.ts";

test("equal values have equal fingerprints under one key and different ones under another", () => {
  const key = createHmacKey();
  const once = Secret.fromText("hunter2").fingerprint(key);
  assert.deepEqual(Secret.fromText("hunter2").fingerprint(key), once);
  assert.notDeepEqual(Secret.fromText("hunter3").fingerprint(key), once);
  assert.notDeepEqual(Secret.fromText("hunter2").fingerprint(createHmacKey()), once);
});
