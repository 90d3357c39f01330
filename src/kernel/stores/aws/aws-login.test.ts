import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import type { AwsOwnLogin } from "../../config/aws-environment.ts";
import { KustodyError } from "../../errors.ts";
import { systemClock } from "../../observe/clock.ts";
import { Secret } from "../../secret/secret.ts";
import { openStore, type StorePorts } from "../open-store.ts";
import { dependsOnAsker, resolveSpec } from "../resolve-spec.ts";
import { isStoreError, isValue, type Read, type Ref, type Store } from "../store.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { AwsRig, READER } from "./testing/aws-rig.ts";
import { openWithKey } from "./testing/open-aws.ts";

const { signal } = new AbortController();
const ROLE = "arn:aws:iam::123456789012:role/app";
const SHARED = "arn:aws:iam::210987654321:role/shared";
let rig: AwsRig;
before(async () => {
  rig = await AwsRig.start();
  await rig.put("db", "from-aws");
});
after(() => rig?.[Symbol.asyncDispose]());
beforeEach(() => {
  rig.gate.decide = () => undefined;
  rig.gate.calls.length = 0;
});

async function readOnce(store: Store, key = "db"): Promise<string> {
  const ref: Ref = { key };
  const read = (await store.read([ref], new Map(), signal)).get(ref) as Read;
  if (isStoreError(read)) return `${read.error}: ${read.message}`;
  assert.ok(isValue(read));
  return read.value.unwrap().toString();
}
const parametersOf = (action: string): Record<string, string>[] =>
  rig.gate.calls
    .filter((call) => call.action === `sts:${action}`)
    .map(({ body }) => Object.fromEntries(new URLSearchParams(body)));

describe("roles", () => {
  test("each is assumed with the credentials before it; the last with external id and tags, and reads as that role", async () => {
    const store = await openWithKey(rig, {
      additionalRoles: [SHARED],
      role: ROLE,
      externalID: "ext-1",
      sessionTags: [{ key: "team", value: "blue" }],
      transitiveTagKeys: ["team"],
      sessionTagsPolicy: "Custom",
      customSessionTags: { env: "prod", esoStoreName: "forged" },
    });
    assert.equal(await readOnce(store), "from-aws");
    const [first, second] = parametersOf("AssumeRole");
    assert.equal(first?.["RoleArn"], SHARED);
    assert.equal(first?.["ExternalId"], undefined);
    assert.equal(second?.["RoleArn"], ROLE);
    assert.equal(second?.["ExternalId"], "ext-1");
    assert.equal(second?.["RoleSessionName"], "external-secrets-provider-aws");
    assert.equal(second?.["TransitiveTagKeys.member.1"], "team");
    const tags = Array.from({ length: 6 }, (_, n) => [
      second?.[`Tags.member.${n + 1}.Key`],
      second?.[`Tags.member.${n + 1}.Value`],
    ]).filter(([key]) => key !== undefined);
    assert.deepEqual(Object.fromEntries(tags), {
      team: "blue",
      env: "prod",
      esoNamespace: "team",
      esoStoreName: "aws",
      esoStoreKind: "SecretStore",
    });
    const identities = rig.gate.calls.map(({ identity }) => identity);
    assert.equal(identities[0], "reader");
    assert.match(identities[1] ?? "", /assumed-role\/shared\//);
    assert.match(identities[2] ?? "", /assumed-role\/app\//);
    await store.close();
  });

  test("tags that name the asker make a cluster store's sessions differ by namespace", () => {
    const provider = (more: object) => ({
      aws: { service: "SecretsManager", region: "eu-west-1", role: ROLE, ...more },
    });
    const scope = { storeKind: "ClusterSecretStore", asker: "team" } as const;
    assert.equal(dependsOnAsker(resolveSpec(provider({ sessionTagsPolicy: "Simple" }), scope)), true);
    assert.equal(dependsOnAsker(resolveSpec(provider({}), scope)), false);
  });

  test("a role that may not be assumed is a failed login, in AWS's words", async () => {
    rig.gate.decide = ({ action }) =>
      action === "sts:AssumeRole"
        ? { status: 403, name: "AccessDeniedException", message: "not authorized" }
        : undefined;
    const store = await openWithKey(rig, { role: ROLE });
    assert.match(
      await readOnce(store),
      /^unauthenticated: the login failed: AWS answered AccessDenied: not authorized/,
    );
    assert.equal((await store.validate(signal))?.error, "unauthenticated");
    await store.close();
  });
});

describe("credentials that stop counting", () => {
  test("a session that expires in mid-wave is replaced once, for all who ask", async () => {
    const clock = new ManualClock(Date.now());
    const store = await openWithKey(rig, { role: ROLE }, READER, { clock });
    assert.equal(await readOnce(store), "from-aws");
    rig.gate.expireSessions();
    await clock.advance(11_000);
    const texts = await Promise.all(Array.from({ length: 8 }, () => readOnce(store)));
    assert.deepEqual(new Set(texts), new Set(["from-aws"]));
    assert.equal(parametersOf("AssumeRole").length, 2);
    await store.close();
  });

  test("a session is renewed before it expires", async () => {
    const clock = new ManualClock(Date.now());
    const store = await openWithKey(rig, { role: ROLE }, READER, { clock });
    await readOnce(store);
    await clock.advance(50 * 60_000);
    assert.equal(await readOnce(store), "from-aws");
    assert.equal(parametersOf("AssumeRole").length, 1);
    await clock.advance(6 * 60_000);
    assert.equal(await readOnce(store), "from-aws");
    assert.equal(parametersOf("AssumeRole").length, 2);
    await store.close();
  });

  test("keys that were exchanged in their Secret are read again; wrong ones are asked for once, not with every read", async () => {
    const clock = new ManualClock(Date.now());
    let given = 0;
    let key = "old-key";
    const secret: StorePorts["secret"] = async ({ key: entry }) => {
      given += 1;
      return Secret.fromText(entry === "id" ? (key === "old-key" ? "AKIAOLD" : READER.id) : key);
    };
    rig.gate.setKey("AKIAOLD", { secret: "old-key", identity: "old" });
    const store = await openWithKey(rig, {}, READER, { clock, secret });
    assert.equal(await readOnce(store), "from-aws");
    rig.gate.setKey("AKIAOLD", undefined);
    key = READER.secret;
    await clock.advance(11_000);
    assert.equal(await readOnce(store), "from-aws");
    assert.equal(given, 4);
    await store.close();
    const wrong = await openWithKey(rig, {}, { id: "AKIAWRONG", secret: "x" });
    for (let n = 0; n < 3; n++)
      assert.match(await readOnce(wrong), /^unauthenticated: AWS answered UnrecognizedClient/);
    assert.equal((await wrong.validate(signal))?.error, "unauthenticated");
    await wrong.close();
    const forged = await openWithKey(rig, {}, { id: READER.id, secret: "wrong" });
    assert.match(await readOnce(forged), /^unauthenticated: AWS answered InvalidSignature/);
    await forged.close();
  });

  test("a clock that is twenty minutes off is corrected by AWS's own date", async () => {
    rig.gate.now = () => Date.now() + 20 * 60_000;
    try {
      const store = await openWithKey(rig);
      assert.equal(await readOnce(store), "from-aws");
      assert.equal(await readOnce(store), "from-aws");
      assert.equal(rig.gate.calls.length, 3);
      await store.close();
    } finally {
      rig.gate.now = Date.now;
    }
  });

  test("a key that is missing in its Secret is said so, and nobody asks AWS", async () => {
    const store = await openWithKey(rig, {}, READER, {
      secret: () => Promise.reject(new KustodyError("KST_STORE_SPEC", "Secret team/aws has no entry id")),
    });
    assert.match(await readOnce(store), /^invalid: the login failed: Secret team\/aws has no entry id/);
    assert.equal(rig.gate.calls.length, 0);
    await store.close();
  });
});

describe("the operator's own login", () => {
  let folder: string;
  let agent: Server;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "kustody-aws-"));
    await writeFile(join(folder, "token"), "pod-token\n");
    agent = createServer(({ headers }, reply) => {
      if (headers.authorization !== "pod-token") return reply.writeHead(401).end();
      const Expiration = new Date(Date.now() + 3_600_000).toISOString();
      return reply.end(
        JSON.stringify({ AccessKeyId: READER.id, SecretAccessKey: READER.secret, Token: "agent-token", Expiration }),
      );
    });
    await new Promise<void>((resolve) => agent.listen(0, "127.0.0.1", resolve));
  });
  after(async () => {
    agent.close();
    await rm(folder, { recursive: true, force: true });
  });

  const openOwn = (own: AwsOwnLogin | undefined): Promise<Store> => {
    const provider = { aws: { service: "SecretsManager", region: rig.moto.region } };
    const spec = resolveSpec(provider, { storeKind: "ClusterSecretStore", asker: "team" });
    const identity = { store: { kind: "ClusterSecretStore", name: "aws", uid: "u", generation: 1 } };
    return openStore(spec, identity, {
      clock: systemClock,
      secret: () => Promise.reject(new Error("not asked for")),
      configMap: () => Promise.reject(new Error("not asked for")),
      serviceAccountToken: () => Promise.reject(new Error("not asked for")),
      aws: rig.environment(own),
    });
  };

  test("EKS's web identity: the token of the file, for the role of the environment", async () => {
    const tokenFile = join(folder, "token");
    const store = await openOwn({ method: "webIdentity", roleArn: ROLE, tokenFile });
    assert.equal(await readOnce(store), "from-aws");
    const [asked] = parametersOf("AssumeRoleWithWebIdentity");
    assert.deepEqual([asked?.["RoleArn"], asked?.["WebIdentityToken"]], [ROLE, "pod-token"]);
    await store.close();
  });

  test("EKS Pod Identity: the agent on the node gives credentials for the token; nowhere else it is sent in the clear", async () => {
    const url = `http://127.0.0.1:${(agent.address() as AddressInfo).port}/v1/credentials`;
    rig.gate.setKey(READER.id, { secret: READER.secret, identity: "pod", token: "agent-token" });
    const store = await openOwn({ method: "container", url, tokenFile: join(folder, "token") });
    assert.equal(await readOnce(store), "from-aws");
    await store.close();
    rig.gate.setKey(READER.id, READER);
    const elsewhere = await openOwn({ method: "container", url: "http://agent.example/v1", tokenFile: undefined });
    assert.match(await readOnce(elsewhere), /is not the address of an agent on the node/);
    await elsewhere.close();
  });

  test("without any, the cluster store says so; a store of a namespace never has one", async () => {
    const store = await openOwn(undefined);
    assert.match(await readOnce(store), /the operator has no login of its own to AWS/);
    await store.close();
    const provider = { aws: { service: "SecretsManager", region: "eu-west-1" } };
    assert.throws(() => resolveSpec(provider, { storeKind: "SecretStore", namespace: "team" }), {
      code: "KST_STORE_SPEC",
      message: /only a ClusterSecretStore may log in as the operator itself/,
    });
  });
});
