import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { request as forward } from "node:https";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { startVault, type VaultServer } from "../../../lab/servers/vault.ts";
import { createCa, issueLeaf } from "../../crypto/certificates.ts";
import { systemClock } from "../../observe/clock.ts";
import { Secret } from "../../secret/secret.ts";
import { isStoreError, isValue, type Read, type Ref, type Store, type Value } from "../store.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { storeContract } from "../testing/store-contract.ts";
import { administer, type VaultAdmin } from "../testing/vault-admin.ts";
import type { VaultAuth, VaultSpec } from "./vault-spec.ts";
import { openVaultStore } from "./vault-store.ts";

let vault: VaultServer;
let admin: VaultAdmin;
const { signal } = new AbortController();

before(async () => {
  vault = await startVault();
  admin = administer(vault);
  await admin.call("POST", "sys/mounts/secret", { type: "kv", options: { version: "2" } });
  await admin.call("POST", "sys/mounts/old", { type: "kv", options: { version: "1" } });
  await admin.call("POST", "sys/policies/acl/reader", {
    policy: 'path "secret/*" { capabilities = ["read", "list"] }',
  });
});
after(async () => {
  await admin?.close();
  await vault?.stop();
});

const copyOf = (secret: Secret): Secret => Secret.fromBytes(Uint8Array.from(secret.unwrap()));
const given = (secret: Secret) => async () => copyOf(secret);
const spec = (more: Partial<VaultSpec> = {}): VaultSpec => ({
  server: vault.url,
  caPem: vault.caPem,
  path: "secret",
  version: "v2",
  auth: { method: "token", token: given(vault.rootToken) },
  ...more,
});
const read = async (store: Store, ref: Ref, known?: string): Promise<Read> =>
  (await store.read([ref], known === undefined ? new Map() : new Map([[ref, known]]), signal)).get(ref) as Read;
const text = (answer: Read): string => {
  assert.ok(isValue(answer), JSON.stringify(answer));
  return answer.value.unwrap().toString();
};
const reason = (answer: Read | undefined): string =>
  answer !== undefined && isStoreError(answer) ? answer.error : "no error";
const wrap = (payload: Buffer): Secret =>
  Secret.fromBytes(Buffer.concat([Buffer.from('{"v":"'), escaped(payload), Buffer.from('"}')]));
const escaped = (payload: Buffer): Buffer =>
  payload.toString("utf8").includes("\ufffd") ? payload : Buffer.from(JSON.stringify(payload.toString()).slice(1, -1));
const payload = ({ value }: Value): Buffer => Buffer.from((JSON.parse(value.unwrap().toString()) as { v: string }).v);

for (const version of ["v2", "v1"] as const) {
  const path = version === "v2" ? "secret" : "old";
  let store: Store;
  storeContract(`vault, kv ${version}`, {
    async open() {
      store = openVaultStore(spec({ version, path }));
      return store;
    },
    stop: async () => {},
    async put(key, bytes) {
      using value = wrap(bytes);
      const written = await store.write?.({ key }, value, undefined, signal);
      assert.equal(typeof written, "string", JSON.stringify(written));
    },
    payload,
    wrap,
    capabilities: ["find", "write", "remove", ...(version === "v2" ? (["versions"] as const) : [])],
    carriesBinary: false,
    largest: 512 * 1024,
    writesConditionally: version === "v2",
    keepsVersions: version === "v2",
    async openDenied() {
      return openVaultStore(
        spec({ version, path, auth: { method: "token", token: given(await admin.token(["default"])) } }),
      );
    },
  });
}

describe("the vault store", () => {
  test("a key is found with and without its mount and data/, and without a mount in the store", async () => {
    await admin.call("POST", "secret/data/team/db", {
      data: { password: "p<&>", n: 1.5, big: 12345678901234567890n.toString(), a: null },
    });
    const expected = '{"a":null,"big":"12345678901234567890","n":1.5,"password":"p\\u003c\\u0026\\u003e"}';
    for (const [mount, key] of [
      ["secret", "team/db"],
      ["secret", "/team/db"],
      ["secret", "secret/team/db"],
      ["secret", "secret/data/team/db"],
      [undefined, "secret/team/db"],
      [undefined, "secret/data/team/db"],
    ] as const) {
      const { path: _, ...rest } = spec();
      const store = openVaultStore(mount === undefined ? rest : { ...rest, path: mount });
      assert.equal(text(await read(store, { key })), expected, `${mount} ${key}`);
      await store.close();
    }
  });

  test("deleted and destroyed versions are missing; metadata comes with times and custom metadata; a deleted key is absent for a write", async () => {
    const store = openVaultStore(spec());
    for (const n of [1, 2, 3]) await admin.call("POST", "secret/data/life", { data: { n } });
    await admin.call("POST", "secret/delete/life", { versions: [3] });
    await admin.call("POST", "secret/destroy/life", { versions: [1] });
    const seen = await Promise.all(["1", "2", "3"].map(async (version) => await read(store, { key: "life", version })));
    assert.deepEqual([reason(seen[0]), text(seen[1] as Read), reason(seen[2])], ["missing", '{"n":2}', "missing"]);
    assert.equal(reason(await read(store, { key: "life" })), "missing");
    await admin.call("POST", "secret/metadata/life", { custom_metadata: { owner: "a<b", tier: "1" } });
    const metadata = JSON.parse(text(await read(store, { key: "life", part: "metadata" }))) as Record<string, string>;
    assert.deepEqual([metadata["owner"], metadata["tier"], metadata["current_version"]], ["a<b", "1", "3"]);
    assert.match(metadata["created_time"] ?? "", /^20/);
    using value = Secret.fromText('{"n":4}');
    assert.equal(await store.write?.({ key: "life" }, value, { ifAbsent: true }, signal), "4");
    const found: string[] = [];
    for await (const { key } of store.find?.({ tags: { owner: "a<b" } }, signal) ?? []) found.push(key);
    assert.deepEqual(found, ["life"]);
    await store.close();
  });

  test("every way to log in leads to the value, and a wrong credential is a failed login", async () => {
    await admin.call("POST", "secret/data/login", { data: { ok: true } });
    const policies = { token_policies: ["reader"] };
    const secret = (value: string) => async () => Secret.fromText(value);

    await admin.call("POST", "sys/auth/approle", { type: "approle" });
    await admin.call("POST", "auth/approle/role/app", policies);
    const role = (await admin.call("GET", "auth/approle/role/app/role-id"))["data"] as { role_id: string };
    const id = (await admin.call("POST", "auth/approle/role/app/secret-id"))["data"] as { secret_id: string };

    await admin.call("POST", "sys/auth/people", { type: "userpass" });
    await admin.call("POST", "auth/people/users/ada", { password: 'p"w\\', ...policies });

    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    await admin.call("POST", "sys/auth/jwt", { type: "jwt" });
    await admin.call("POST", "auth/jwt/config", { jwt_validation_pubkeys: [pem] });
    await admin.call("POST", "auth/jwt/role/app", {
      role_type: "jwt",
      user_claim: "sub",
      bound_audiences: ["vault"],
      ...policies,
    });
    const seconds = Math.floor(Date.now() / 1000);
    const part = (json: object) => Buffer.from(JSON.stringify(json)).toString("base64url");
    const unsigned = `${part({ alg: "ES256", typ: "JWT" })}.${part({ sub: "ada", aud: "vault", iat: seconds, exp: seconds + 600 })}`;
    const jwt = `${unsigned}.${sign("sha256", Buffer.from(unsigned), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;

    const ca = await createCa({ commonName: "clients", days: 1 });
    const leaf = await issueLeaf(ca, { commonName: "ada", days: 1, usages: ["client"] });
    const other = await issueLeaf(await createCa({ commonName: "others", days: 1 }), {
      commonName: "eve",
      days: 1,
      usages: ["client"],
    });
    await admin.call("POST", "sys/auth/cert", { type: "cert" });
    await admin.call("POST", "auth/cert/certs/ada", { certificate: ca.certPem, ...policies });

    const cert = ({ certPem, keyPem }: typeof leaf) => ({ clientCertificate: { certificatePem: certPem, keyPem } });
    const ways: [VaultAuth, Partial<VaultSpec>, boolean][] = [
      [
        { method: "appRole", path: "approle", roleId: secret(role.role_id), secretId: secret(`${id.secret_id}\n`) },
        {},
        true,
      ],
      [{ method: "appRole", path: "approle", roleId: secret(role.role_id), secretId: secret("wrong") }, {}, false],
      [{ method: "userPass", path: "people", username: "ada", password: secret('p"w\\') }, {}, true],
      [{ method: "userPass", path: "people", username: "ada", password: secret("canary-x") }, {}, false],
      [{ method: "jwt", path: "jwt", role: "app", jwt: secret(jwt) }, {}, true],
      [{ method: "jwt", path: "jwt", role: "app", jwt: secret(`${unsigned}.AAAA`) }, {}, false],
      [{ method: "cert", path: "cert", role: "ada" }, cert(leaf), true],
      [{ method: "cert", path: "cert", role: "ada" }, cert(other), false],
      [{ method: "token", token: given(await admin.token(["reader"])) }, {}, true],
    ];
    for (const [auth, more, works] of ways) {
      const store = openVaultStore(spec({ auth, ...more }));
      const answer = await read(store, { key: "login" });
      if (works) assert.equal(text(answer), '{"ok":true}', auth.method);
      else {
        assert.equal(reason(answer), "unauthenticated", auth.method);
        assert.ok(!JSON.stringify(answer).includes("canary"));
      }
      assert.equal((await store.validate(signal))?.error, works ? undefined : "unauthenticated", auth.method);
      await store.close();
    }
  });

  test("one login serves a thousand reads, denied ones included, and its token ends with the store", async () => {
    await admin.call("POST", "sys/auth/count", { type: "userpass" });
    await admin.call("POST", "auth/count/users/app", { password: "p", token_policies: ["reader"] });
    const accessors = async () =>
      ((await admin.call("GET", "auth/token/accessors?list=true"))["data"] as { keys: string[] }).keys.length;
    const store = openVaultStore(
      spec({
        auth: { method: "userPass", path: "count", username: "app", password: async () => Secret.fromText("p") },
      }),
    );
    const tokensBefore = await accessors();
    const refs = Array.from({ length: 1_000 }, (_, n): Ref => ({ key: n % 2 === 0 ? "login" : `data-${n}` }));
    await store.read(refs, new Map(), signal);
    const denied = openVaultStore(
      spec({ path: "old", version: "v1", auth: { method: "token", token: given(await admin.token(["default"])) } }),
    );
    for (let n = 0; n < 20; n++) assert.equal(reason(await read(denied, { key: "x" })), "denied");
    assert.equal(await accessors(), tokensBefore + 2);
    await store.close();
    assert.equal(await accessors(), tokensBefore + 1);
    await denied.close();
  });

  test("a token that was revoked is replaced within the read, and one past two thirds of its life is renewed", async () => {
    const clock = new ManualClock(Date.now());
    let logins = 0;
    const auth: VaultAuth = {
      method: "userPass",
      path: "count",
      username: "app",
      password: async () => {
        logins += 1;
        return Secret.fromText("p");
      },
    };
    await admin.call("POST", "auth/count/users/app", {
      password: "p",
      token_policies: ["reader"],
      token_ttl: "60s",
      token_max_ttl: "600s",
    });
    const store = openVaultStore(spec({ auth }), clock);
    assert.equal(text(await read(store, { key: "login" })), '{"ok":true}');
    await clock.advance(45_000);
    assert.equal(text(await read(store, { key: "login" })), '{"ok":true}');
    assert.equal(logins, 1, "it was renewed, not replaced");
    await clock.advance(20_000);
    await admin.call("POST", "sys/leases/revoke-prefix/auth/count/login", {});
    assert.equal(text(await read(store, { key: "login" })), '{"ok":true}');
    assert.equal(logins, 2);
    await store.close();
  });

  test("an engine that insists on check-and-set takes a store's writes when the store says so", async () => {
    await admin.call("POST", "sys/mounts/strict", { type: "kv", options: { version: "2" } });
    for (let tries = 0; ; tries++) {
      // A new kv 2 engine refuses calls until it has set itself up.
      const done = await admin.call("POST", "strict/config", { cas_required: true }).catch(() => undefined);
      if (done !== undefined) break;
      assert.ok(tries < 100);
      await systemClock.sleep(50);
    }
    const write = async (store: Store, json: string): Promise<unknown> => {
      using value = Secret.fromText(json);
      return await store.write?.({ key: "k" }, value, undefined, signal);
    };
    const careless = openVaultStore(spec({ path: "strict" }));
    assert.equal(reason((await write(careless, '{"n":0}')) as Read), "invalid");
    const store = openVaultStore(spec({ path: "strict", checksAndSets: true }));
    assert.equal(await write(store, '{"n":1}'), "1");
    assert.equal(await write(store, '{"n":2}'), "2");
    await admin.call("DELETE", "strict/data/k");
    assert.equal(await write(store, '{"n":3}'), "3");
    assert.equal(text(await read(store, { key: "k" })), '{"n":3}');
    await careless.close();
    await store.close();
  });

  test("the newest state that Vault told of is required of each reply, and nothing without being asked for", async () => {
    const state = (local: number): string => Buffer.from(`v1:c:${local}:1:00`).toString("base64");
    const asked: (string | undefined)[] = [];
    const told = [state(7), state(9), state(8)];
    // Only Vault Enterprise tells of its state: something in between says it in the real Vault's place.
    const between = createServer((request, response) => {
      asked.push(request.headers["x-vault-index"] as string | undefined);
      const { method, url, headers } = request;
      const onward = forward(`${vault.url}${url}`, { method, headers, ca: vault.caPem }, (reply) => {
        response.writeHead(reply.statusCode ?? 500, { ...reply.headers, "x-vault-index": told.shift() ?? state(0) });
        reply.pipe(response);
      });
      request.pipe(onward);
    }).listen(0, "127.0.0.1");
    try {
      await once(between, "listening");
      const server = `http://127.0.0.1:${(between.address() as AddressInfo).port}`;
      for (const [followsIndex, expected] of [
        [true, [undefined, state(7), state(9), state(9)]],
        [false, [undefined, undefined, undefined, undefined]],
      ] as const) {
        asked.length = 0;
        const store = openVaultStore(spec({ server, followsIndex }));
        for (let n = 0; n < 3; n++) assert.equal(text(await read(store, { key: "login" })), '{"ok":true}');
        await store.close();
        assert.deepEqual(asked, expected);
      }
    } finally {
      between.closeAllConnections();
      between.close();
    }
  });

  test("a server whose authority is not trusted, and one that isn't there, are unavailable", async () => {
    const other = await createCa({ commonName: "x", days: 1 });
    for (const more of [{ caPem: other.certPem }, { server: "https://127.0.0.1:1" }]) {
      const store = openVaultStore(spec(more));
      assert.equal(reason(await read(store, { key: "login" })), "unavailable");
      assert.equal((await store.validate(signal))?.error, "unavailable");
      await store.close();
    }
  });

  test("a sealed Vault says so, and works again once unsealed", async () => {
    const store = openVaultStore(spec());
    assert.equal(text(await read(store, { key: "login" })), '{"ok":true}');
    await admin.call("POST", "sys/seal", {});
    assert.equal(reason(await read(store, { key: "login" })), "sealed");
    assert.equal((await store.validate(signal))?.error, "sealed");
    await admin.call("POST", "sys/unseal", { key: vault.unsealKey.unwrap().toString() });
    for (let tries = 0; tries < 100 && reason(await read(store, { key: "login" })) === "sealed"; tries++)
      await systemClock.sleep(50);
    assert.equal(text(await read(store, { key: "login" })), '{"ok":true}');
    await store.close();
  });
});
