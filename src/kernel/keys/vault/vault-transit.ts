import { createHash } from "node:crypto";
import { KustodyError, toKustodyError } from "../../errors.ts";
import { createHttpClient } from "../../http/http-client.ts";
import type { HttpRequest, HttpResponse } from "../../http/http-types.ts";
import type { Clock } from "../../observe/clock.ts";
import type { StoreError } from "../../stores/store.ts";
import { at, isSuccess, plain, replyJson, vaultError, wipe } from "../../stores/vault/vault-reply.ts";
import { VaultSession } from "../../stores/vault/vault-session.ts";
import type { VaultSpec } from "../../stores/vault/vault-spec.ts";
import { checkParameters, type KeyUri, wrongKeyUri } from "../key-uri.ts";
import type { WrappingKey } from "../wrapping-key.ts";
import { credentialFile, pemFile, transitAuth } from "./transit-auth.ts";
import { decryptedPlaintext, encryptBody, versionOfCiphertext, versionsOfKey } from "./transit-messages.ts";

const PARAMETERS = new Set(
  "auth auth-mount auth-namespace ca-file cert-file jwt-file key-file namespace role role-id-file secret-id-file server-name token-file".split(
    " ",
  ),
);
const REFUSED: ReadonlySet<StoreError["error"]> = new Set(["denied", "missing", "unauthenticated", "invalid"]);

/**
 * A key of Vault's or OpenBao's Transit engine. Its policy grants `read` on `MOUNT/keys/NAME` and `update` on
 * `MOUNT/encrypt/NAME` and `MOUNT/decrypt/NAME`. A key id names the key, the version and when that was made, so that a key
 * that was deleted and made again under the same name has others. Errors: KST_KEY_URI, KST_KEY_FILE.
 */
export async function openVaultTransit(uri: KeyUri, clock: Clock): Promise<WrappingKey> {
  checkParameters(uri, (name) => PARAMETERS.has(name));
  const { server, mount, key } = placeOf(uri);
  const spec = await specOf(uri, server);
  const http = createHttpClient({
    baseUrl: spec.server,
    headers: { "x-vault-request": "true" },
    tls: {
      ...(spec.caPem === undefined ? {} : { ca: { pem: spec.caPem, trust: "only" } }),
      ...(spec.clientCertificate === undefined ? {} : { clientCertificate: spec.clientCertificate }),
      ...(uri.parameters.has("server-name") ? { serverName: uri.parameters.get("server-name") ?? "" } : {}),
    },
    retry: { attempts: 1 },
    clock,
  });
  const session = new VaultSession(http, spec, clock);
  const name = `vault-transit://${uri.place}`;
  const identity = createHash("sha256")
    .update([spec.namespace ?? "", mount, key].join("\0"))
    .digest("hex")
    .slice(0, 16);
  const prefix = `vault-transit.${identity}.`;
  let versions: ReadonlyMap<string, string> = new Map();

  const call = async (
    request: HttpRequest,
    otherwise: "KST_KEY_REFUSED" | "KST_KEY_MISMATCH",
  ): Promise<HttpResponse> => {
    const reply = await session.request(request).catch((thrown: unknown) => {
      const { message } = toKustodyError(thrown);
      throw new KustodyError("KST_KEY_UNREACHABLE", message, { retry: "backoff", cause: thrown });
    });
    if (!("error" in reply) && isSuccess(reply)) return reply;
    const { error, message } = "error" in reply ? reply : vaultError(reply, clock.now());
    if (!REFUSED.has(error)) throw new KustodyError("KST_KEY_UNREACHABLE", `${name}: ${message}`, { retry: "backoff" });
    throw new KustodyError(error === "invalid" ? otherwise : "KST_KEY_REFUSED", `${name}: ${message}`, {
      hint: "check that the key exists, and the policy: read on keys/NAME, update on encrypt/NAME and decrypt/NAME",
    });
  };

  const readVersions = async (signal: AbortSignal): Promise<void> => {
    const reply = await call({ path: `/v1/${mount}/keys/${key}`, signal }, "KST_KEY_REFUSED");
    versions = versionsOfKey(replyJson(reply));
  };

  return {
    name,
    async wrap(secret, signal) {
      await readVersions(signal);
      using body = encryptBody(secret);
      const reply = await call(
        { method: "POST", path: `/v1/${mount}/encrypt/${key}`, body, signal },
        "KST_KEY_REFUSED",
      );
      const ciphertext = plain(at(replyJson(reply), "data", "ciphertext")) ?? "";
      const version = versionOfCiphertext(ciphertext) ?? "";
      // Rotated between the two requests.
      if (!versions.has(version)) await readVersions(signal);
      const created = versions.get(version);
      if (created === undefined) throw new KustodyError("KST_KEY_MISMATCH", `${name} answered what Transit never does`);
      return { keyId: `${prefix}${version}.${created}`, bytes: Buffer.from(ciphertext) };
    },
    async unwrap({ keyId, bytes }, signal) {
      const [, version = "", created = ""] = /^(\d{1,9})\.(.+)$/.exec(keyId.slice(prefix.length)) ?? [];
      const ciphertext = bytes.toString("latin1");
      if (!keyId.startsWith(prefix) || versionOfCiphertext(ciphertext) !== version) {
        throw new KustodyError(
          "KST_KEY_MISMATCH",
          `${name}: the wrapped key is of another version than its key_id says`,
        );
      }
      if (!versions.has(version)) await readVersions(signal);
      if (versions.get(version) !== created) {
        throw new KustodyError(
          "KST_KEY_MISMATCH",
          `${name} has no version ${version} made at ${created.slice(0, 40)}`,
          {
            hint: "the key was deleted and made again: restore it from Vault's backup",
          },
        );
      }
      const body = JSON.stringify({ ciphertext });
      const reply = await call(
        { method: "POST", path: `/v1/${mount}/decrypt/${key}`, body, signal },
        "KST_KEY_MISMATCH",
      );
      const secret = decryptedPlaintext(replyJson(reply));
      wipe(reply);
      if (secret === undefined) throw new KustodyError("KST_KEY_MISMATCH", `${name} answered what Transit never does`);
      return secret;
    },
    owns: (keyId) => keyId.startsWith(prefix),
    async close() {
      await session.close();
      await http.close();
    },
  };
}

function placeOf(uri: KeyUri): { server: string; mount: string; key: string } {
  const [, host = "", mount = "", key = ""] = /^([^/@\s]+)\/([\w./-]+)\/([\w.-]+)$/.exec(uri.place) ?? [];
  const server = `https://${host}`;
  if (key === "" || mount.split("/").some((part) => /^\.*$/.test(part)) || !URL.canParse(server)) {
    throw wrongKeyUri(`${uri.scheme}://${uri.place}`, "write vault-transit://HOST:PORT/MOUNT/KEY");
  }
  return { server, mount, key };
}

async function specOf(uri: KeyUri, server: string): Promise<VaultSpec> {
  const get = (name: string) => uri.parameters.get(name);
  const [ca, certificate, key] = [get("ca-file"), get("cert-file"), get("key-file")];
  const namespace = get("namespace");
  const authNamespace = get("auth-namespace");
  return {
    server,
    version: "v2",
    auth: transitAuth(uri),
    ...(namespace === undefined ? {} : { namespace }),
    ...(authNamespace === undefined ? {} : { authNamespace }),
    ...(ca === undefined ? {} : { caPem: await pemFile(ca) }),
    ...(certificate === undefined || key === undefined
      ? {}
      : {
          clientCertificate: {
            certificatePem: await pemFile(certificate),
            keyPem: await credentialFile(key)(AbortSignal.timeout(5_000)),
          },
        }),
  };
}
