import type { HttpResponse } from "../../http/http-types.ts";
import { Secret } from "../../secret/secret.ts";
import type { Read, StoreError, Version } from "../store.ts";
import { quoteGoJson } from "../value/go-json.ts";
import type { VaultPaths } from "./vault-paths.ts";
import { at, plain, replyJson, secretObject, wipe } from "./vault-reply.ts";
import type { VaultSpec } from "./vault-spec.ts";

type Asked = (path: string) => Promise<HttpResponse | StoreError>;

/** The object under a key. kv version 1 has no versions: there its version is a keyed hash of the value. */
export async function readData(
  { version: engine }: VaultSpec,
  { data: path }: VaultPaths,
  wanted: Version | undefined,
  known: Version | undefined,
  ask: Asked,
  versionOf: (value: Secret) => Version,
): Promise<Read> {
  if (wanted !== undefined && engine === "v1") return { error: "invalid", message: "kv version 1 has no versions" };
  if (wanted !== undefined && !/^[0-9]{1,9}$/.test(wanted))
    return { error: "invalid", message: "a version of Vault's is a number" };
  const reply = await ask(wanted === undefined ? path : `${path}?version=${wanted}`);
  if ("error" in reply) return reply;
  const json = at(replyJson(reply), "data");
  try {
    if (engine === "v1") {
      const value = secretObject(json);
      return value === undefined ? NOT_UNDERSTOOD : unlessKnown(value, versionOf(value), known);
    }
    const version = plain(at(json, "metadata", "version"));
    if (version === undefined) return NOT_KV2;
    if (version === known) return "unchanged";
    const content = at(json, "data");
    if (content === undefined || content.kind === "null") return DELETED;
    const value = secretObject(content);
    return value === undefined ? NOT_UNDERSTOOD : { value, version };
  } finally {
    wipe(reply);
  }
}

/** `metadataPolicy: Fetch`: the custom metadata, with the times and version that ESO adds, as one JSON object of texts. */
export async function readMetadata(
  { version: engine }: VaultSpec,
  { metadata: path }: VaultPaths,
  known: Version | undefined,
  ask: Asked,
  versionOf: (value: Secret) => Version,
): Promise<Read> {
  if (engine === "v1") return { error: "invalid", message: "kv version 1 has no metadata" };
  const reply = await ask(path);
  if ("error" in reply) return reply;
  const data = at(replyJson(reply), "data");
  const texts = new Map<string, string>();
  for (const name of ["created_time", "current_version", "delete_version_after"]) {
    const text = plain(at(data, name));
    if (text !== undefined) texts.set(name, text);
  }
  for (const { name, value } of at(data, "custom_metadata")?.members ?? []) texts.set(name, plain(value) ?? "");
  const value = jsonOfTexts(texts);
  return unlessKnown(value, versionOf(value), known);
}

function jsonOfTexts(texts: ReadonlyMap<string, string>): Secret {
  const members = [...texts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) =>
      Buffer.concat([
        quoteGoJson(Buffer.from(name, "latin1"), true),
        Buffer.from(":"),
        quoteGoJson(Buffer.from(text), true),
      ]).toString("latin1"),
    );
  return Secret.fromBytes(Buffer.from(`{${members.join(",")}}`, "latin1"));
}

function unlessKnown(value: Secret, version: Version, known: Version | undefined): Read {
  if (version !== known) return { value, version };
  value.dispose();
  return "unchanged";
}

const DELETED: StoreError = { error: "missing", message: "this version was deleted" };
const NOT_KV2: StoreError = { error: "invalid", message: "this is not a kv engine of version 2" };
const NOT_UNDERSTOOD: StoreError = { error: "unavailable", message: "Vault's reply cannot be understood" };
