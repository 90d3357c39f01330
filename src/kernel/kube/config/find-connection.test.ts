import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { inspect } from "node:util";
import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import { findConnection, parseProxyUrl } from "./find-connection.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kustody-kubeconfig-"));
});
after(() => rm(folder, { recursive: true }));

let count = 0;
/** Writes `config` (YAML, or an object as JSON) into a folder of its own and gives its path. */
async function file(config: unknown): Promise<string> {
  const own = join(folder, String(count++));
  await mkdir(own);
  await writeFile(join(own, "config"), typeof config === "string" ? config : JSON.stringify(config));
  return join(own, "config");
}

const one = (cluster: object, user: object, context: object = {}) => ({
  "current-context": "main",
  clusters: [{ name: "c", cluster: { server: "https://one.example:6443", ...cluster } }],
  users: [{ name: "u", user }],
  contexts: [{ name: "main", context: { cluster: "c", user: "u", ...context } }],
});

async function refused(options: Parameters<typeof findConnection>[0], says: RegExp): Promise<void> {
  await assert.rejects(findConnection(options), (error) => {
    assert.ok(error instanceof KustodyError);
    assert.match(error.code, /^KST_KUBE_(CONFIG|EXEC)$/);
    assert.match(`${error.message} ${error.hint}`, says);
    assert.doesNotMatch(inspect(error, { depth: 9 }), /canary/);
    return true;
  });
}

test("data in the file: authority, certificate, key, token, names and proxy arrive, secrets as Secrets", async () => {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const cluster = {
    "certificate-authority-data": base64("CA"),
    "tls-server-name": "kube",
    "proxy-url": "http://me:canary@proxy.example:3128",
  };
  const user = { "client-certificate-data": base64("CERT"), "client-key-data": base64("canary-key"), token: "canary" };
  const found = await findConnection({ env: {}, kubeconfig: await file(one(cluster, user, { namespace: "shop" })) });
  assert.equal(found.server, "https://one.example:6443");
  assert.equal(found.namespace, "shop");
  assert.deepEqual(found.tls, { ca: { pem: "CA", trust: "only" }, serverName: "kube" });
  assert.equal(found.proxy?.url, "http://proxy.example:3128");
  assert.equal(found.proxy?.credentials?.unwrap().toString(), "me:canary");
  const { token, clientCertificate } = await found.credentials.current();
  assert.equal(token?.unwrap().toString(), "canary");
  assert.equal(clientCertificate?.certificatePem, "CERT");
  assert.equal(clientCertificate?.keyPem.unwrap().toString(), "canary-key");
  assert.doesNotMatch(inspect([found, token, clientCertificate], { depth: 9 }), /canary/);
});

test("relative files are found beside the kubeconfig that names them", async () => {
  const path = await file(
    one({ "certificate-authority": "ca" }, { "client-certificate": "crt", "client-key": "key", tokenFile: "token" }),
  );
  for (const name of ["ca", "crt", "key", "token"]) await writeFile(join(path, "..", name), `${name}\n`);
  const found = await findConnection({ env: {}, kubeconfig: path });
  assert.equal(found.tls.ca?.pem, "ca\n");
  const { token, clientCertificate } = await found.credentials.current();
  assert.equal(token?.unwrap().toString(), "token");
  assert.equal(clientCertificate?.keyPem.unwrap().toString(), "key\n");
});

test("KUBECONFIG lists are merged, the first of one name counts, and files that aren't there are passed over", async () => {
  const first = await file({
    "current-context": "main",
    contexts: [{ name: "main", context: { cluster: "c", user: "u" } }],
  });
  const second = await file({ ...one({}, { token: "second" }), "current-context": "other" });
  const third = await file(one({ server: "https://three.example" }, { token: "third" }));
  const env = { KUBECONFIG: [first, "", join(folder, "absent"), second, third].join(":") };
  const found = await findConnection({ env });
  assert.equal(found.context, "main");
  assert.equal(found.server, "https://one.example:6443");
  assert.equal((await found.credentials.current()).token?.unwrap().toString(), "second");
  assert.equal((await findConnection({ env, kubeconfig: third, namespace: "x" })).server, "https://three.example");
  assert.equal((await findConnection({ env, namespace: "x" })).namespace, "x");
});

test("a home folder's ~/.kube/config is the last resort before the pod's own identity", async () => {
  const home = join(folder, "home");
  await mkdir(join(home, ".kube"), { recursive: true });
  await writeFile(join(home, ".kube/config"), JSON.stringify(one({}, {})));
  assert.equal((await findConnection({ env: { HOME: home } })).context, "main");
  await refused({ env: { HOME: join(folder, "nobody") } }, /not inside a cluster/);
});

const BROKEN: readonly [name: string, config: unknown, says: RegExp][] = [
  ["YAML that is none", "a: [canary", /line 1/],
  ["a wrong shape", { users: [{ name: "u", user: { token: ["canary"] } }] }, /users\.0\.user\.token/],
  ["no context", one({}, {}, {}), /no context gone/],
  ["no such user", { ...one({}, {}, { user: "gone" }) }, /no user "gone"/],
  ["no such cluster", { ...one({}, {}, { cluster: "gone" }) }, /cluster "gone"/],
  ["a server without scheme", one({ server: "canary:1234" }, {}), /not an http:\/\/ or https:\/\/ address/],
  ["a server that is no address", one({ server: "not canary" }, {}), /not an http:\/\/ or https:\/\/ address/],
  ["a password", one({}, { username: "me", password: "canary" }), /password/],
  ["an auth-provider", one({}, { "auth-provider": { name: "gcp" } }), /exec plugin/],
  ["impersonation", one({}, { as: "root" }), /impersonation/],
  ["a key without certificate", one({}, { "client-key-data": "AAAA" }), /without its certificate/],
  ["an authority that isn't there", one({ "certificate-authority": "gone.crt" }, {}), /gone\.crt/],
  [
    "an exec plugin of an unknown version",
    one({}, { exec: { apiVersion: "client.authentication.k8s.io/v1alpha1", command: "x" } }),
    /unknown version/,
  ],
  [
    "a v1 plugin without interactiveMode",
    one({}, { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "x" } }),
    /interactiveMode/,
  ],
  ["a SOCKS proxy", one({ "proxy-url": "socks5://me:canary@x" }, {}), /SOCKS/],
];

for (const [name, config, says] of BROKEN) {
  test(`${name} is refused in plain words, without values`, async () => {
    const context = name === "no context" ? { context: "gone" } : {};
    await refused({ env: {}, kubeconfig: await file(config), ...context }, says);
  });
}

test("a kubeconfig that is named but absent, a folder, or beyond the bound is refused", async () => {
  await refused({ env: {}, kubeconfig: join(folder, "absent") }, /no such file/);
  await refused({ env: {}, kubeconfig: folder }, /cannot read/);
  await refused({ env: {}, kubeconfig: await file(`a: ${"x".repeat(5_000_000)}`) }, /larger than/);
});

test("percent-escapes in a proxy's credentials are undone", () => {
  const { url, credentials } = parseProxyUrl(Secret.fromText("https://a%40b:c%3Ad@proxy:8080"));
  assert.equal(url, "https://proxy:8080");
  assert.equal(credentials?.unwrap().toString(), "a@b:c:d");
  assert.throws(() => parseProxyUrl(Secret.fromText("http://a:canary%@proxy")), /%25|not an escape/);
});
