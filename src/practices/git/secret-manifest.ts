import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { isWrapped } from "../../kernel/kube/manifests/wrap-secrets.ts";
import { Secret } from "../../kernel/secret/secret.ts";
import { asRecord, isRecord } from "../../kernel/untyped.ts";
import { labelsOf } from "../../model/objects/identity.ts";
import type { World } from "../../model/world/world.ts";
import type { SecretManifest } from "./model.ts";

/** `object` as the subject of this practice, where it is a Secret that came from a file. */
export function secretManifestsOf(object: KubeObject, world: World): readonly SecretManifest[] | undefined {
  if (world.source !== "files" || object.kind !== "Secret" || object.apiVersion !== "v1") return undefined;
  return [{ object, clear: clearValuesOf(object) }];
}

/**
 * Fields of the Secrets by which Argo CD knows repositories and clusters, and that say nothing secret
 * (https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/).
 */
const ARGO_CD_SETTINGS: ReadonlySet<string> = new Set([
  "type",
  "url",
  "name",
  "project",
  "username",
  "server",
  "namespaces",
  "clusterResources",
  "shard",
  "insecure",
  "insecureIgnoreHostKey",
  "enableLfs",
  "enableOCI",
  "insecureOCIForceHttp",
  "forceHttpBasicAuth",
  "proxy",
  "noProxy",
  "depth",
  "useAzureWorkloadIdentity",
  "githubAppID",
  "githubAppInstallationID",
  "githubAppEnterpriseBaseUrl",
]);
const ARGO_CD_LABEL = "argocd.argoproj.io/secret-type";

/** Whether a key of this Secret holds a setting, and no credential inside of it. */
function isSetting(object: KubeObject, key: string, value: unknown): boolean {
  if (!isWrapped(value) || typeof labelsOf(object)[ARGO_CD_LABEL] !== "string" || !ARGO_CD_SETTINGS.has(key))
    return false;
  return !value.secret.includes(AT_SIGN);
}

/** In a URL it may have a password before it. */
const AT_SIGN = Secret.fromText("@");

/** Where a Secret's values stand in the clear: those that are no ciphertext, reference, placeholder or public. */
export function clearValuesOf(object: KubeObject): SecretManifest["clear"] {
  return (["stringData", "data"] as const).flatMap((section) =>
    clearKeys(object[section])
      .filter((key) => !isSetting(object, key, asRecord(object[section])[key]))
      .map((key) => ({ section, key })),
  );
}

function clearKeys(members: unknown): readonly string[] {
  if (isWrapped(members)) return members.shape === "value" ? [""] : [];
  if (!isRecord(members)) return [];
  return Object.entries(members)
    .filter(([, value]) => isWrapped(value) && value.shape === "value")
    .map(([key]) => key);
}
