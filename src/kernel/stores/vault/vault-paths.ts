import { refuseKey } from "../refuse-key.ts";
import type { StoreError } from "../store.ts";
import type { VaultSpec } from "./vault-spec.ts";

export interface VaultPaths {
  /** API paths below `/v1/`, percent-encoded. */
  readonly data: string;
  readonly metadata: string;
}

/**
 * Where a key lies, as ESO finds it: the mount may stand at the key's beginning or not, and `data/` behind it too. Without
 * a mount in the specification the key's first segment is the mount, unless a `/data/` says how far it reaches.
 *
 * | version | mount | key | data path |
 * |---|---|---|---|
 * | v2 | `secret` | `foo`, `secret/foo`, `secret/data/foo` | `secret/data/foo` |
 * | v2 | – | `secret/foo`, `secret/data/foo` | `secret/data/foo` |
 * | v1 | `secret` | `foo`, `secret/foo` | `secret/foo` |
 */
export function vaultPaths(
  { path, version }: Pick<VaultSpec, "path" | "version">,
  given: string,
): VaultPaths | StoreError {
  const key = given.replace(/^\//, "");
  const refused = refuseKey(key) ?? refuseSegments(key);
  if (refused !== undefined) return refused;
  const split =
    path === undefined ? splitMount(key, version) : withoutMount(path.replace(/^\/|\/$/g, ""), key, version);
  const [mount, rest] = split.map(encodePath) as [string, string];
  if (version === "v1") {
    const whole = mount === "" ? rest : `${mount}/${rest}`;
    return { data: whole, metadata: whole };
  }
  return { data: `${mount}/data/${rest}`, metadata: `${mount}/metadata/${rest}` };
}

function refuseSegments(key: string): StoreError | undefined {
  const isEmptySomewhere = key.split("/").includes("");
  return isEmptySomewhere
    ? { error: "invalid", message: "this key cannot be used: it has an empty segment" }
    : undefined;
}

function withoutMount(mount: string, key: string, version: "v1" | "v2"): [string, string] {
  if (!key.startsWith(`${mount}/`)) return [mount, key];
  const inside = key.slice(mount.length + 1);
  return [mount, version === "v2" && inside.startsWith("data/") ? inside.slice("data/".length) : inside];
}

function splitMount(key: string, version: "v1" | "v2"): [string, string] {
  if (version === "v1") return ["", key];
  const data = key.indexOf("/data/");
  if (data > 0) return [key.slice(0, data), key.slice(data + "/data/".length)];
  const [mount = "", ...rest] = key.split("/");
  return [mount, rest.join("/")];
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
