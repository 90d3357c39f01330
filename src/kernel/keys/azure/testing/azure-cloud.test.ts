import assert from "node:assert/strict";
import { test } from "node:test";
import { CLIENT, EntraServer, TENANT } from "./entra-server.ts";
import { KeyVaultServer } from "./key-vault-server.ts";

/** The servers of these tests refuse a wrong client, so that tests against them mean something. */
const entra = new EntraServer();
const audience = "https://vault.azure.net";
const vault = new KeyVaultServer({ host: "lab.vault.azure.net", audience, entra });
const { version } = vault.addVersion("k");
const TOKEN_URL = `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`;
const GRANT = { grant_type: "client_credentials", client_id: CLIENT, client_secret: entra.clientSecret };

function logIn(form: Record<string, string>): { status: number; token: string } {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const body = new URLSearchParams(form).toString();
  const reply = entra.answer({ method: "POST", url: new URL(TOKEN_URL), headers, body });
  return { status: reply.status, token: (reply.body as { access_token?: string }).access_token ?? "" };
}
const { token } = logIn({ ...GRANT, scope: `${audience}/.default` });
const ofHsm = logIn({ ...GRANT, scope: "https://managedhsm.azure.net/.default" }).token;

function wrap(change: { token?: string; type?: string; query?: string; body?: object; method?: string }): number {
  const { method = "POST", query = "?api-version=7.6", type = "application/json" } = change;
  const url = new URL(`https://lab.vault.azure.net/keys/k/${version}/wrapkey${query}`);
  const headers = { authorization: `Bearer ${change.token ?? token}`, "content-type": type };
  const body = { alg: "RSA-OAEP-256", value: Buffer.alloc(32).toString("base64url"), ...change.body };
  return vault.answer({ method, url, headers, body: JSON.stringify(body) }).status;
}

test("a login with another scope, secret, client or grant gets no token", () => {
  assert.equal(logIn({ ...GRANT, scope: "https://graph.microsoft.com/.default" }).status, 400);
  assert.equal(logIn({ ...GRANT, scope: audience }).status, 400);
  assert.equal(logIn({ ...GRANT, scope: `${audience}/.default`, client_secret: "x" }).status, 401);
  assert.equal(logIn({ ...GRANT, scope: `${audience}/.default`, client_id: TENANT }).status, 400);
  assert.equal(logIn({ ...GRANT, scope: `${audience}/.default`, grant_type: "password" }).status, 400);
});

test("Key Vault refuses tokens of others, versions of the API, methods, types, algorithms and sizes that are not right", () => {
  assert.equal(wrap({}), 200);
  assert.equal(wrap({ token: "x" }), 401);
  assert.equal(wrap({ token: ofHsm }), 401, "for another audience");
  assert.equal(wrap({ query: "" }), 400);
  assert.equal(wrap({ query: "?api-version=2015-01-01" }), 400);
  assert.equal(wrap({ method: "PUT" }), 405);
  assert.equal(wrap({ type: "text/plain" }), 415);
  assert.equal(wrap({ body: { alg: "A256KW" } }), 400);
  assert.equal(wrap({ body: { value: Buffer.alloc(32).toString("base64") } }), 400, "padded");
  assert.equal(wrap({ body: { value: Buffer.alloc(190).toString("base64url") } }), 200);
  assert.equal(wrap({ body: { value: Buffer.alloc(191).toString("base64url") } }), 400, "too long for RSA-OAEP-256");
});
