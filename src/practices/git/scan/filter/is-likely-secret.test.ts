import assert from "node:assert/strict";
import { test } from "node:test";
import { expandSample } from "../catalogue/expand-sample.ts";
import { isLikelySecret, REFUSALS } from "./is-likely-secret.ts";
import { isPrivateKey } from "./is-private-key.ts";
import { isRandom } from "./is-random.ts";
import { isSignedToken } from "./is-signed-token.ts";
import { wordLikeness } from "./word-likeness.ts";

/** What the general rule hands over: its match begins at the word that says what the value is. */
function judge(line: string): boolean {
  const found = /(?:token|secret|password|api_key|key)[\w.-]*["']?\s*(?::=|=|:)\s*["']?([^\s"',;&)}]+)/i.exec(line);
  assert.ok(found !== null, line);
  return isLikelySecret({ match: found[0], secret: found[1] ?? "", line });
}

/** For each reason a line that nothing else speaks against; in the order of the list. */
const REFUSED: readonly string[] = [
  "api_key: your-{24:A-Za-z0-9}",
  "nextPageToken = {32:A-Za-z0-9}",
  "secretAccessKeyId: {20:A-Z0-9}",
  "publicApiKey: {32:A-Za-z0-9}",
  "token_commit: {40:a-f0-9} # revision",
  "clientRequestToken: 2f1c9a5e-7b3d-4c8a-9e6f-1a2b3c4d5e6f",
  "token = https://{30:A-Za-z0-9}",
  "secret: auth/kubernetes2/login/{6:a-z}",
  "token = provider.getToken2.value",
  "token: eyJuZXh0IjoiYSIsImF0IjoxMjN9",
  "token = eyJ{30:A-Za-z0-9}.eyJ{30:A-Za-z0-9}",
  "secret: 1a1a1a2b2b2b1a1a1a2b2b2b",
  "token = CreateOAuth2TokenCommand",
];

for (const [index, { remark, refuses }] of REFUSALS.entries()) {
  test(`a value is no secret: ${remark}`, () => {
    const line = expandSample(REFUSED[index] ?? "");
    assert.ok(!judge(line), line);
    // The reason is needed: without it the line would pass, or the one for words alone would refuse it.
    const others = REFUSALS.slice(0, -1).filter((other) => other.refuses !== refuses);
    assert.ok(index === REFUSALS.length - 1 || !refusedBy(others, line), line);
  });
}

function refusedBy(refusals: typeof REFUSALS, line: string): boolean {
  let refused = false;
  for (const { refuses } of refusals) {
    const found = /([\w.-]*?)["']?\s*(?:=|:)\s*["']?([^\s"',;&)}]+)/.exec(line);
    const name = (found?.[1] ?? "").replaceAll(/[^A-Za-z0-9]/g, "").toLowerCase();
    refused ||= refuses({ name, value: found?.[2] ?? "", line });
  }
  return refused;
}

test("secrets pass: random ones of every alphabet, and passwords with a number and a sign", () => {
  for (const line of [
    "API_KEY={16:A-Za-z0-9}",
    "client_secret: '{40:A-Za-z0-9_-}'",
    "access_token = {32:a-f0-9}",
    "webhookSecret: {32:a-z0-9}",
    "ACCESS_TOKEN={24:A-Z2-7}",
    'secretKey: "{43:A-Za-z0-9+/}="',
    "registration_token: 2f1c9a5e-7b3d-4c8a-9e6f-1a2b3c4d5e6f",
    "password: Winterreise2024!Koeln",
  ]) {
    assert.ok(judge(expandSample(line)), expandSample(line));
  }
});

test("words of an example are no password", () => {
  for (const line of [
    "password: MyTemporaryPassword1!",
    "password: super-secret-2024-value",
    "password: correct-horse-battery-staple9",
  ])
    assert.ok(!judge(line), line);
});

test("of a thousand random values of sixteen letters and digits at most ten look like words", () => {
  const wrong = Array.from({ length: 1_000 }, (_, index) => expandSample(`${index}{16:A-Za-z0-9}`).slice(-16)).filter(
    (value) => !isRandom(value),
  );
  assert.ok(wrong.length <= 10, wrong.join(" "));
});

test("names and prose are like words, random text is not", () => {
  for (const text of [
    "serviceAccountTokenProjection",
    "the-quick-brown-fox",
    "kubernetes.io/dockerconfigjson",
    "TestPolicy1Password",
  ])
    assert.ok(wordLikeness(text) > 0, `${text} ${wordLikeness(text)}`);
  assert.ok(wordLikeness(expandSample("{40:A-Za-z0-9}")) < -1.5);
  assert.equal(wordLikeness(""), 0);
});

test("a JSON Web Token has an algorithm in its header, and isn't the one that everybody copies", () => {
  const token = (
    header: string,
    claims: string,
  ): { readonly secret: string; readonly match: string; readonly line: string } => {
    const secret = `${Buffer.from(header).toString("base64url")}.${Buffer.from(claims).toString("base64url")}.c2lnbmF0dXJl`;
    return { secret, match: secret, line: secret };
  };
  assert.ok(isSignedToken(token('{"alg":"RS256","kid":"a"}', '{"sub":"a"}')));
  assert.ok(!isSignedToken(token('{"kid":"a"}', '{"sub":"a"}')));
  assert.ok(!isSignedToken(token('{"alg":"none"}', '{"sub":"a"}')));
  assert.ok(
    !isSignedToken(token('{"alg":"HS256","typ":"JWT"}', '{"sub":"1234567890","name":"John Doe","iat":1516239022}')),
  );
});

test("between the lines of a private key stands a key, in PEM, on one line, or quoted; not code", () => {
  const key = (body: string): Parameters<typeof isPrivateKey>[0] => {
    const secret = `-----BEGIN PRIVATE KEY-----${expandSample(body)}-----END PRIVATE KEY-----`;
    return { secret, match: secret, line: "" };
  };
  assert.ok(isPrivateKey(key("\n{64:A-Za-z0-9+/}\n{24:A-Za-z0-9+/}\n")));
  assert.ok(isPrivateKey(key("\\n{64:A-Za-z0-9+/}\\n{20:A-Za-z0-9+/}==\\n")));
  assert.ok(isPrivateKey(key('"\n"{48:A-Za-z0-9}",\n"{48:A-Za-z0-9}"\n')));
  assert.ok(!isPrivateKey(key('`)\n  return parse(block, options.WithCertificateAuthority(path))\n}\nconst end = "')));
  assert.ok(!isPrivateKey(key("\n...\n")));
});
