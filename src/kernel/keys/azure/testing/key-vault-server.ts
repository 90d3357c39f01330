import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from "node:crypto";
import type { Call, Reply } from "./azure-cloud.ts";
import { type EntraServer, TENANT } from "./entra-server.ts";

/** Versions of the API that Azure serves; the list is not whole. */
const API_VERSIONS = new Set(["7.4", "7.5", "7.6", "2025-07-01"]);
const MODULUS = 256;
/** The largest that RSA-OAEP-256 takes (RFC 8017 §7.1.1). */
const LARGEST = MODULUS - 2 * 32 - 2;
const RFC3394_IV = Buffer.alloc(8, 0xa6);

export interface KeyVersion {
  readonly version: string;
  readonly kty: "RSA" | "oct-HSM" | "EC";
  readonly material: KeyObject | Buffer | undefined;
  enabled: boolean;
  /** Seconds since the epoch. */
  exp?: number;
}

/** Key Vault's data plane for keys: get, wrapkey and unwrapkey, with what its API description refuses. */
export class KeyVaultServer {
  readonly keys = new Map<string, KeyVersion[]>();
  /** What the identity may do. */
  readonly permissions = new Set(["get", "wrapKey", "unwrapKey"]);
  /** How many calls are turned away next. */
  throttled = 0;
  readonly #options: { readonly host: string; readonly audience: string; readonly entra: EntraServer };

  constructor(options: { readonly host: string; readonly audience: string; readonly entra: EntraServer }) {
    this.#options = options;
  }

  /** A first or a further version of a key. */
  addVersion(name: string, kty: KeyVersion["kty"] = "RSA"): KeyVersion {
    const material = {
      RSA: () => generateKeyPairSync("rsa", { modulusLength: MODULUS * 8 }).privateKey,
      "oct-HSM": () => randomBytes(32),
      EC: () => undefined,
    }[kty]();
    const made = { version: randomBytes(16).toString("hex"), kty, material, enabled: true };
    this.keys.set(name, [...(this.keys.get(name) ?? []), made]);
    return made;
  }

  answer(call: Call): Reply {
    const { host, audience, entra } = this.#options;
    const token = /^Bearer (.+)$/.exec(call.headers.authorization ?? "")?.[1];
    if (token === undefined || entra.audienceOf(token) !== audience) {
      const challenge = `Bearer authorization="https://login.microsoftonline.com/${TENANT}", resource="${audience}"`;
      const code = token === undefined ? "AKV10000: no bearer token" : "AKV10022: Invalid audience, or expired";
      return { ...refuse(401, "Unauthorized", code), headers: { "www-authenticate": challenge } };
    }
    if (this.throttled > 0) {
      this.throttled--;
      return { ...refuse(429, "Throttled", "too many requests"), headers: { "retry-after": "30" } };
    }
    const apiVersion = call.url.searchParams.get("api-version");
    if (apiVersion === null) return refuse(400, "BadParameter", "api-version must be specified");
    if (!API_VERSIONS.has(apiVersion)) return refuse(400, "BadParameter", `version ${apiVersion} is not recognized`);
    const [, root, name = "", version = "", operation = "", ...rest] = call.url.pathname.split("/");
    if (root !== "keys" || rest.length > 0) return refuse(404, "NotFound", "no such path");
    const permission = { "": "get", wrapkey: "wrapKey", unwrapkey: "unwrapKey" }[operation];
    if (permission === undefined || call.method !== (permission === "get" ? "GET" : "POST")) {
      return refuse(405, "MethodNotAllowed", `${call.method} is not allowed here`);
    }
    if (!this.permissions.has(permission)) {
      return refuse(403, "Forbidden", `Caller is not authorized to perform keys/${permission}`);
    }
    const versions = this.keys.get(name) ?? [];
    const key = version === "" ? versions.at(-1) : versions.find((one) => one.version === version);
    if (key === undefined) return refuse(404, "KeyNotFound", `A key with (name/id) ${name}/${version} was not found`);
    const kid = `https://${host}/keys/${name}/${key.version}`;
    if (permission === "get")
      return { status: 200, body: { key: publicPart(kid, key), attributes: attributesOf(key) } };
    if (call.headers["content-type"] !== "application/json") return refuse(415, "UnsupportedMediaType", "not JSON");
    if (!key.enabled) {
      return refuse(403, "Forbidden", `Operation ${operation} is not allowed on a disabled key.`);
    }
    if (permission === "wrapKey" && key.exp !== undefined && key.exp < Date.now() / 1000) {
      return refuse(403, "Forbidden", "Operation wrapkey is not allowed on an expired key.");
    }
    return this.#operate(kid, key, permission === "wrapKey", call.body);
  }

  #operate(kid: string, key: KeyVersion, isWrap: boolean, body: string): Reply {
    const { alg, value } = JSON.parse(body) as { alg?: unknown; value?: unknown };
    if (typeof value !== "string" || !/^[\w-]+$/.test(value))
      return refuse(400, "BadParameter", "value is not base64url");
    const bytes = Buffer.from(value, "base64url");
    const result =
      alg === "RSA-OAEP-256" && key.kty === "RSA"
        ? rsa(key.material as KeyObject, isWrap, bytes)
        : alg === "A256KW" && key.kty === "oct-HSM"
          ? keyWrap(key.material as Buffer, isWrap, bytes)
          : undefined;
    if (result === undefined) return refuse(400, "BadParameter", "alg, size or content of value is not right");
    return { status: 200, body: { kid, value: result.toString("base64url") } };
  }
}

function rsa(key: KeyObject, isWrap: boolean, bytes: Buffer): Buffer | undefined {
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
  if (isWrap) return bytes.length > LARGEST ? undefined : publicEncrypt({ key, ...padding }, bytes);
  try {
    return bytes.length === MODULUS ? privateDecrypt({ key, ...padding }, bytes) : undefined;
  } catch {
    return undefined;
  }
}

function keyWrap(key: Buffer, isWrap: boolean, bytes: Buffer): Buffer | undefined {
  if (bytes.length % 8 !== 0 || bytes.length > 128) return undefined;
  const cipher = (isWrap ? createCipheriv : createDecipheriv)("aes256-wrap", key, RFC3394_IV);
  try {
    return Buffer.concat([cipher.update(bytes), cipher.final()]);
  } catch {
    return undefined;
  }
}

function publicPart(kid: string, key: KeyVersion): Record<string, unknown> {
  const part = { kid, kty: key.kty, key_ops: ["wrapKey", "unwrapKey"] };
  if (key.kty !== "RSA") return part;
  const { n, e } = createPublicKey(key.material as KeyObject).export({ format: "jwk" });
  return { ...part, n, e };
}

function attributesOf(key: KeyVersion): Record<string, unknown> {
  return { enabled: key.enabled, created: 1, updated: 1, ...(key.exp === undefined ? {} : { exp: key.exp }) };
}

function refuse(status: number, code: string, message: string): Reply {
  return { status, body: { error: { code, message } } };
}
