import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { test } from "node:test";
import { Secret } from "../../secret/secret.ts";
import { parseNamedTemplate, renderTemplate } from "../render-template.ts";

let drawn = 0;
const sources = {
  now: () => 0,
  random: (count: number) => Buffer.from(Array.from({ length: count }, () => drawn++ * 89)),
};
const render = async (text: string): Promise<string> =>
  (
    await renderTemplate(parseNamedTemplate("t", text), new Map([["v", Secret.fromText("v")]]), {
      sources,
      missingKey: "error",
    })
  )
    .unwrap()
    .toString();

test("a key that takes long is made once, though the rendering starts again, and chance is not drawn anew", async () => {
  drawn = 0;
  const [first, key = "", copy, second] = (
    await render(
      '{{ $a := randAlphaNum 8 }}{{ $k := genPrivateKey "ed25519" }}{{ $b := randAlphaNum 8 }}{{ $a }}|{{ $k }}|{{ $k }}|{{ $b }}',
    )
  ).split("|");
  assert.equal(createPrivateKey(key).asymmetricKeyType, "ed25519");
  assert.equal(copy, key);
  assert.equal(drawn, 64, "four bytes for each of sixteen letters, once");
  assert.notEqual(first, second);
  assert.equal(
    createPrivateKey(await render('{{ genPrivateKey "ecdsa" }}')).asymmetricKeyDetails?.namedCurve,
    "prime256v1",
  );
});

test("so many keys are made and no more", async () => {
  await assert.rejects(
    render('{{ range 17 }}{{ genPrivateKey "ed25519" }}{{ end }}'),
    /KST_TEMPLATE_BOUND|more than 16/,
  );
  await assert.rejects(render('{{ genPrivateKey "dsa" }}'), /rsa, ecdsa and ed25519/);
});

test("what is random has the form that is asked for", async () => {
  assert.match(await render("{{ randAlphaNum 40 }}"), /^[A-Za-z0-9]{40}$/);
  assert.match(await render("{{ randAlpha 40 }}"), /^[A-Za-z]{40}$/);
  assert.match(await render("{{ randNumeric 40 }}"), /^[0-9]{40}$/);
  assert.match(await render("{{ randAscii 40 }}"), /^[ -~]{40}$/);
  assert.equal(await render("{{ randAlpha -1 }}{{ randAlpha 0 }}"), "");
  assert.match(await render("{{ uuidv4 }}"), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(Buffer.from(await render("{{ randBytes 5 }}"), "base64").length, 5);
  assert.match(await render("{{ randInt 5 7 }}"), /^[56]$/);
  await assert.rejects(render("{{ randInt 5 5 }}"), /KST_TEMPLATE_FAILED|above 0/);
  assert.equal([...(await render('{{ shuffle "abcé" }}'))].sort().join(""), "abcé");
});

test("encryptAES and decryptAES are each other's way back", async () => {
  assert.equal(await render('{{ encryptAES "pass" "text ü" | decryptAES "pass" }}'), "text ü");
  assert.equal(await render('{{ encryptAES "pass" "" }}{{ decryptAES "pass" "" }}'), "");
  await assert.rejects(render('{{ decryptAES "pass" "AAAA" }}'), /encryptAES/);
});
