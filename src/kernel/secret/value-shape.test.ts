import assert from "node:assert/strict";
import { test } from "node:test";
import { type ValueShape, valueShape } from "./value-shape.ts";

const cases: Record<ValueShape, readonly string[]> = {
  empty: ["", "  ", "\n"],
  placeholder: [
    "<password>",
    "CHANGEME",
    "change-me",
    "xxxxxxxx",
    "****",
    "TODO",
    "REDACTED",
    "your-password-here",
    "replace_me_now",
    "[password]",
    "placeholder",
  ],
  reference: [
    "{{ .Values.password }}",
    "$(DB_PASSWORD)",
    "${DB_PASSWORD}",
    "$DB_PASSWORD",
    "<path:secret/data/db#password>",
    "ref+vault://secret/db#/password",
    "op://vault/item/field",
    "vault:secret/data/db#password",
    "__TOKEN__",
    "#{TOKEN}#",
  ],
  ciphertext: [
    "ENC[AES256_GCM,data:8f==,iv:a,tag:b,type:str]",
    "-----BEGIN AGE ENCRYPTED FILE-----\nx",
    "-----BEGIN PGP MESSAGE-----",
    "$ANSIBLE_VAULT;1.1;AES256",
    "vault:v1:8SDd3WHDOjf7mq69CyCqYjBXAiQQAVZRkFM13ok481zoCmHnSeDX9vyf7w==",
  ],
  public: [
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
  ],
  value: [
    "mydbpass123",
    "hunter2",
    "12345",
    "example.com-P4ssw0rd",
    "-----BEGIN PRIVATE KEY-----\nMIIB",
    "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----\nx",
    "p{{ss",
    "$ecret",
    "your mother",
  ],
};
for (const [shape, texts] of Object.entries(cases)) {
  test(`${shape} is recognised`, () => {
    assert.ok(texts.length > 0);
    for (const text of texts) assert.equal(valueShape(text), shape, JSON.stringify(text));
  });
}

test("megabytes are looked at in linear time", () => {
  for (const unit of ["{", "x", "-----BEGIN A-----", "<a", " "]) {
    assert.ok(typeof valueShape(unit.repeat(1_000_000)) === "string");
  }
});
