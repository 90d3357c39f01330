import { KustodyError } from "../../errors.ts";
import { createHttpClient } from "../../http/http-client.ts";
import type { HttpRequest, HttpResponse } from "../../http/http-types.ts";
import { type Clock, systemClock } from "../../observe/clock.ts";
import type { Secret } from "../../secret/secret.ts";
import { boundedMap } from "../bounded-map.ts";
import { namePattern } from "../name-pattern.ts";
import type { Read, Ref, Store, StoreError, Version, WriteCondition } from "../store.ts";
import { storeErrorOf } from "../store-error.ts";
import { versionsByValue } from "../value-version.ts";
import { vaultPaths } from "./vault-paths.ts";
import { readData, readMetadata } from "./vault-read.ts";
import { at, isSuccess, plain, replyJson, vaultError, wipe } from "./vault-reply.ts";
import { VaultSession } from "./vault-session.ts";
import type { VaultSpec } from "./vault-spec.ts";
import { casOf, writeBody } from "./vault-write.ts";

const AT_ONCE = 16;

/**
 * A kv engine of Vault or OpenBao, version 1 or 2, as an identity sees it. A value is the JSON object that is stored under
 * a key. Deleted and destroyed versions are missing.
 */
export function openVaultStore(spec: VaultSpec, clock: Clock = systemClock): Store {
  const http = createHttpClient({
    baseUrl: spec.server,
    headers: { ...spec.headers, "x-vault-request": "true" },
    tls: {
      ...(spec.caPem === undefined ? {} : { ca: { pem: spec.caPem, trust: "only" } }),
      ...(spec.clientCertificate === undefined ? {} : { clientCertificate: spec.clientCertificate }),
    },
    // Who reads decides when to try again; only a lost connection is tried anew at once.
    retry: { attempts: 2, statuses: [] },
    clock,
  });
  const session = new VaultSession(http, spec, clock);
  const versionOf = versionsByValue();

  /** A request's reply if it is a success, else what went wrong. Rejects only when the signal aborts. */
  const call = async (request: HttpRequest & { readonly signal: AbortSignal }): Promise<HttpResponse | StoreError> => {
    try {
      const reply = await session.request(request);
      if ("error" in reply || isSuccess(reply)) return reply;
      return vaultError(reply, clock.now());
    } catch (error) {
      request.signal.throwIfAborted();
      return storeErrorOf(error);
    }
  };

  const readOne = async (ref: Ref, known: Version | undefined, signal: AbortSignal): Promise<Read> => {
    const paths = vaultPaths(spec, ref.key);
    if ("error" in paths) return paths;
    const ask = (path: string) => call({ path: `/v1/${path}`, signal });
    if (ref.part === "metadata") return await readMetadata(spec, paths, known, ask, versionOf);
    return await readData(spec, paths, ref.version, known, ask, versionOf);
  };

  const metadataOf = async (key: string, signal: AbortSignal): Promise<HttpResponse | StoreError> => {
    const paths = vaultPaths(spec, key);
    return "error" in paths ? paths : await call({ path: `/v1/${paths.metadata}`, signal });
  };

  const write = async (ref: Ref, value: Secret, condition: WriteCondition | undefined, signal: AbortSignal) => {
    const paths = vaultPaths(spec, ref.key);
    if ("error" in paths) return paths;
    const cas = condition === undefined ? await casOfNewest(ref.key, signal) : casOf(spec.version, condition);
    if (typeof cas === "object") return cas;
    using body = writeBody(spec.version, value, cas);
    if (body === undefined)
      return { error: "invalid", message: "Vault's kv engine keeps JSON objects" } satisfies StoreError;
    const send = (content: Secret) => call({ method: "POST", path: `/v1/${paths.data}`, body: content, signal });
    let reply = await send(body);
    if (cas !== undefined && "error" in reply && reply.error === "invalid") {
      const newest = await newestVersion(ref.key, signal);
      // A key whose newest version was deleted is absent, though it has a version.
      if ("error" in newest) return reply;
      if (cas === 0 && newest.isDeleted) {
        using again = writeBody(spec.version, value, newest.version) as Secret;
        reply = await send(again);
      } else if (newest.version !== cas) {
        return { error: "conflict", message: "the key was changed by somebody else" } satisfies StoreError;
      }
    }
    if ("error" in reply) return reply;
    return spec.version === "v1" ? versionOf(value) : (plain(at(replyJson(reply), "data", "version")) ?? "");
  };

  /** The version that an unconditional write replaces, where the engine insists on being told. */
  const casOfNewest = async (key: string, signal: AbortSignal): Promise<number | undefined | StoreError> => {
    if (spec.checksAndSets !== true) return undefined;
    const newest = await newestVersion(key, signal);
    if (!("error" in newest)) return newest.version;
    return newest.error === "missing" ? 0 : newest;
  };

  const newestVersion = async (key: string, signal: AbortSignal) => {
    const reply = await metadataOf(key, signal);
    if ("error" in reply) return reply;
    const data = at(replyJson(reply), "data");
    const version = plain(at(data, "current_version")) ?? "0";
    const details = at(data, "versions", version);
    return { version: Number(version), isDeleted: details !== undefined && !isLive(details) };
  };

  /** Full names of the keys below a folder. */
  async function* walk(folder: string, signal: AbortSignal): AsyncGenerator<string, void, undefined> {
    // The folder's own name is checked by asking for a key in it.
    const paths = vaultPaths(spec, `${folder}x`);
    if ("error" in paths) throw queryError(paths.message);
    const reply = await call({ path: `/v1/${paths.metadata.slice(0, -1)}?list=true`, signal });
    if ("error" in reply) {
      if (reply.error === "missing") return;
      throw new KustodyError("KST_STORE_FAILED", `cannot list keys of Vault: ${reply.message}`, {
        hint: "the policy needs the list capability on the metadata path",
        retry: reply.error === "denied" ? "never" : "backoff",
      });
    }
    for (const item of at(replyJson(reply), "data", "keys")?.items ?? []) {
      const name = plain(item) ?? "";
      if (name.endsWith("/")) yield* walk(folder + name, signal);
      else yield folder + name;
    }
  }

  return {
    batchSize: 1,
    async read(refs, known, signal) {
      signal.throwIfAborted();
      const reads = await boundedMap(
        refs,
        AT_ONCE,
        async (ref) => [ref, await readOne(ref, known.get(ref), signal)] as const,
      );
      return new Map(reads);
    },
    async validate(signal) {
      try {
        return await session.validate(signal);
      } catch (error) {
        signal.throwIfAborted();
        return storeErrorOf(error);
      }
    },
    async *find({ path, name, tags }, signal) {
      if (spec.path === undefined) throw queryError("finding keys needs the mount in the store's path");
      if (tags !== undefined && spec.version === "v1") throw queryError("kv version 1 has no tags");
      const matches = namePattern(name ?? "");
      const folder = path === undefined ? "" : `${path.replace(/^\/|\/$/g, "")}/`;
      for await (const key of walk(folder, signal)) {
        if (!matches(key)) continue;
        if (tags !== undefined) {
          const reply = await metadataOf(key, signal);
          const custom = "error" in reply ? undefined : at(replyJson(reply), "data", "custom_metadata");
          if (!Object.entries(tags).every(([tag, value]) => plain(at(custom, tag)) === value)) continue;
        }
        yield { key };
      }
    },
    write,
    async remove(ref, signal) {
      const found = await readOne(ref, undefined, signal);
      if (typeof found === "object" && "error" in found) return found;
      if (typeof found === "object") found.value.dispose();
      const paths = vaultPaths(spec, ref.key);
      if ("error" in paths) return paths;
      const reply = await call({ method: "DELETE", path: `/v1/${paths.metadata}`, signal });
      return "error" in reply ? reply : undefined;
    },
    ...(spec.version === "v1"
      ? {}
      : {
          async *versions(key: string, signal: AbortSignal) {
            const reply = await metadataOf(key, signal);
            if ("error" in reply) return;
            const all = at(replyJson(reply), "data", "versions")?.members ?? [];
            for (const { name, value } of all.toSorted((a, b) => Number(b.name) - Number(a.name)))
              if (isLive(value)) yield name;
            wipe(reply);
          },
        }),
    async close() {
      await session.close();
      await http.close();
    },
  };
}

function isLive(version: NonNullable<ReturnType<typeof replyJson>>): boolean {
  return plain(at(version, "destroyed")) !== "true" && (plain(at(version, "deletion_time")) ?? "") === "";
}

function queryError(message: string): KustodyError {
  return new KustodyError("KST_STORE_QUERY", `Vault cannot be searched so: ${message}`, {
    hint: "set the store's path, use kv version 2, or find by name",
  });
}
