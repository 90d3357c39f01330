import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { createHttpClient } from "../../kernel/http/http-client.ts";
import { Secret } from "../../kernel/secret/secret.ts";
import { startMoto } from "./moto.ts";
import { type PostgresServer, startPostgres } from "./postgres.ts";
import { startVault } from "./vault.ts";

const run = promisify(execFile);

test("Vault: a kv engine is enabled, written and read over TLS, without its token nothing is, and it leaves nothing", async () => {
  const vault = await startVault();
  const client = createHttpClient({ baseUrl: vault.url, tls: { ca: { pem: vault.caPem, trust: "only" } } });
  try {
    const call = async (method: "GET" | "POST", path: string, json?: unknown, token: Secret = vault.rootToken) => {
      const body = json === undefined ? {} : { body: JSON.stringify(json) };
      const reply = await client.request({ method, path, headers: { "x-vault-token": token }, ...body });
      return {
        status: reply.status,
        body: reply.body.length === 0 ? {} : (JSON.parse(reply.body.toString()) as object),
      };
    };
    assert.equal((await call("POST", "/v1/sys/mounts/kv", { type: "kv", options: { version: "2" } })).status, 204);
    assert.equal((await call("POST", "/v1/kv/data/db", { data: { password: "a" } })).status, 200);
    const read = (await call("GET", "/v1/kv/data/db")).body as {
      data: { data: object; metadata: { version: number } };
    };
    assert.deepEqual(read.data.data, { password: "a" });
    assert.equal(read.data.metadata.version, 1);
    assert.equal((await call("GET", "/v1/kv/data/db", undefined, Secret.fromText("guess"))).status, 403);
  } finally {
    await client.close();
    await vault.stop();
  }
  assert.equal(existsSync(dirname(vault.caFile)), false);
  await assert.rejects(fetch(vault.url));
});

const psql = async (postgres: PostgresServer, sql: string, password: Secret = postgres.password) => {
  const env = { PATH: process.env["PATH"], PGPASSWORD: password.unwrap().toString(), PGCONNECT_TIMEOUT: "10" };
  return (await run("psql", ["-X", "-A", "-t", "-w", postgres.url, "-c", sql], { env, cwd: "/" })).stdout.trim();
};

test("PostgreSQL: tables are made and read, a wrong password is refused, two run at once, and stopping waits for no client", async () => {
  await using one = await startPostgres();
  const two = await startPostgres();
  try {
    await psql(one, "create table t (v text); insert into t values ('in one')");
    assert.equal(await psql(one, "select v from t"), "in one");
    assert.equal(await psql(two, "select to_regclass('t') is null"), "t");
    await assert.rejects(psql(one, "select 1", Secret.fromText("guess")), /password authentication failed/);
    // It still sleeps when the server is told to stop.
    const client = assert.rejects(psql(two, "select pg_sleep(60)"));
    while (
      (await psql(
        two,
        "select count(*) from pg_stat_activity where query like '%pg_sleep(60)%' and pid <> pg_backend_pid()",
      )) !== "1"
    );
    await two.stop();
    await client;
  } finally {
    await two.stop();
  }
  await assert.rejects(psql(two, "select 1"));
});

test("moto: a secret is created and read by stage through Secrets Manager's own protocol", async () => {
  await using aws = await startMoto();
  const call = async (action: string, body: object) => {
    const scope = `${aws.credentials.accessKeyId}/20260101/${aws.region}/secretsmanager/aws4_request`;
    const reply = await fetch(aws.endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `secretsmanager.${action}`,
        authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify(body),
    });
    return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
  };
  assert.equal((await call("CreateSecret", { Name: "db", SecretString: "a" })).status, 200);
  await call("PutSecretValue", { SecretId: "db", SecretString: "b" });
  const read = async (stage: string) =>
    (await call("GetSecretValue", { SecretId: "db", VersionStage: stage })).body["SecretString"];
  assert.equal(await read("AWSCURRENT"), "b");
  assert.equal(await read("AWSPREVIOUS"), "a");
  assert.equal((await call("GetSecretValue", { SecretId: "none" })).body["__type"], "ResourceNotFoundException");
});
