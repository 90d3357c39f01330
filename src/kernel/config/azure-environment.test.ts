import assert from "node:assert/strict";
import { test } from "node:test";
import { readAzureLogin } from "./azure-environment.ts";

const CLIENT = { AZURE_TENANT_ID: "t", AZURE_CLIENT_ID: "c" };

test("a secret comes before a certificate, that before a federated token, and without any it is the machine's identity", () => {
  const token = { ...CLIENT, AZURE_FEDERATED_TOKEN_FILE: "/token" };
  const certificate = { ...token, AZURE_CLIENT_CERTIFICATE_PATH: "/pem", AZURE_CLIENT_CERTIFICATE_PASSWORD: "canary" };
  const secret = { ...certificate, AZURE_CLIENT_SECRET: "canary" };
  const logins = [secret, certificate, token, CLIENT].map((variables) => readAzureLogin(variables));
  assert.deepEqual(
    logins.map(({ method, clientId }) => [method, clientId]),
    ["secret", "certificate", "workload", "managed"].map((method) => [method, "c"]),
  );
  assert.doesNotMatch(JSON.stringify(logins), /canary/);
});

test("a client without a tenant, and empty variables, leave the machine's identity", () => {
  assert.deepEqual(readAzureLogin({ AZURE_CLIENT_ID: "c", AZURE_CLIENT_SECRET: "x" }), {
    method: "managed",
    clientId: "c",
  });
  assert.deepEqual(readAzureLogin({ ...CLIENT, AZURE_CLIENT_ID: "" }), { method: "managed", clientId: undefined });
});
