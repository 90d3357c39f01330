import { refuseKey } from "../../refuse-key.ts";
import type { StoreError } from "../../store.ts";

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html: names; an id may be an ARN. */
const NAME = /^[A-Za-z0-9/_+=.@-]{1,512}$/;
const ARN = /^arn:aws[a-z-]{0,20}:secretsmanager:[a-z0-9-]{1,30}:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]{1,519}$/;

/** The id by which Secrets Manager is asked for a key: prefix and key, or an ARN as it stands. */
export function secretId(prefix: string, key: string): string | StoreError {
  const refused = refuseKey(key);
  if (refused !== undefined) return refused;
  const id = key.startsWith("arn:") ? key : prefix + key;
  if (NAME.test(id) || ARN.test(id)) return id;
  return { error: "invalid", message: "a name of Secrets Manager has letters, digits and /_+=.@- and 512 at most" };
}

/** What a version of ours, or of an ExternalSecret, asks for: `uuid/` and an id as External Secrets Operator writes it, else a stage. */
export type Wanted = { readonly VersionId: string } | { readonly VersionStage: string };

const VERSION_ID = /^[A-Za-z0-9_-]{32,64}$/;
const STAGE = /^[A-Za-z0-9_.+=@/-]{1,256}$/;
export const CURRENT = "AWSCURRENT";

export function wantedVersion(version: string | undefined): Wanted | StoreError {
  if (version === undefined) return { VersionStage: CURRENT };
  if (version.startsWith("uuid/")) {
    const id = version.slice("uuid/".length);
    return VERSION_ID.test(id) ? { VersionId: id } : NO_VERSION;
  }
  return STAGE.test(version) ? { VersionStage: version } : NO_VERSION;
}

export function versionOf(versionId: string | undefined): string {
  return `uuid/${versionId ?? ""}`;
}

const NO_VERSION: StoreError = { error: "invalid", message: "a version is uuid/ and an id, or the name of a stage" };

/** The version that has a stage, among those that AWS lists. */
export function versionInStages(
  versions: Readonly<Record<string, readonly string[]>> | undefined,
  wanted: Wanted,
): string | undefined {
  const all = Object.entries(versions ?? {});
  const found =
    "VersionId" in wanted
      ? all.find(([id]) => id === wanted.VersionId)
      : all.find(([, stages]) => stages.includes(wanted.VersionStage));
  return found?.[0];
}
