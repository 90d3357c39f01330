import assert from "node:assert/strict";
import { test } from "node:test";
import { readAwsEnvironment } from "./aws-environment.ts";

test("nothing is assumed where the environment says nothing", () => {
  const { endpoints, own, caFile } = readAwsEnvironment({});
  assert.deepEqual({ ...endpoints }, { secretsManager: undefined, ssm: undefined, sts: undefined });
  assert.deepEqual([own, caFile], [undefined, undefined]);
});

test("of several logins AWS's order decides: keys, web identity, container", () => {
  const container = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials",
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: "/token",
  };
  const web = { AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/r", AWS_WEB_IDENTITY_TOKEN_FILE: "/web" };
  const keys = { AWS_ACCESS_KEY_ID: "AKIA", AWS_SECRET_ACCESS_KEY: "canary-key", AWS_SESSION_TOKEN: "canary-token" };
  assert.equal(readAwsEnvironment({ ...container }).own?.method, "container");
  assert.equal(readAwsEnvironment({ ...container, ...web }).own?.method, "webIdentity");
  const all = readAwsEnvironment({ ...container, ...web, ...keys });
  assert.equal(all.own?.method, "keys");
  assert.doesNotMatch(JSON.stringify(all), /canary/);
});
