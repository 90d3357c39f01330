import { KustodyError } from "../../../kernel/errors.ts";
import { decodeText } from "../../../kernel/kube/manifests/decode-text.ts";
import { MAX_FILE_BYTES, readFileText } from "../../../kernel/kube/manifests/read-input.ts";
import { asRecord, asText, isRecord } from "../../../kernel/untyped.ts";
import { ClusterSecretStores, type SecretStore, SecretStores } from "../../../practices/managers/index.ts";
import type { LazyKube } from "./lazy-kube.ts";

export interface StoreName {
  readonly kind: "SecretStore" | "ClusterSecretStore";
  readonly name: string;
}

/** `ClusterSecretStore/vault`, as `--store` has it. Errors: KST_USAGE. */
export function parseStoreName(text: string): StoreName {
  const [, kind, name] =
    /^(SecretStore|ClusterSecretStore)\/([a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)$/.exec(text) ?? [];
  if (name !== undefined && (kind === "SecretStore" || kind === "ClusterSecretStore")) return { kind, name };
  throw new KustodyError("KST_USAGE", `--store cannot be '${text.slice(0, 300)}'`, {
    hint: "write ClusterSecretStore/NAME or SecretStore/NAME",
  });
}

/** The store object that the ExternalSecrets of a namespace would use. Errors: what the API server says. */
export async function storeInCluster(
  { kind, name }: StoreName,
  namespace: string,
  cluster: LazyKube,
): Promise<SecretStore> {
  const kube = await cluster.get();
  return kind === "ClusterSecretStore"
    ? await kube.cluster(ClusterSecretStores).get(name)
    : await kube.namespaced(SecretStores, namespace).get(name);
}

/** The same from a manifest. Errors: KST_INPUT_UNREADABLE, KST_STORE_SPEC. */
export function storeInFile({ kind, name }: StoreName, file: string): SecretStore {
  const input = readFileText(file, MAX_FILE_BYTES);
  if (!input.ok)
    throw new KustodyError("KST_INPUT_UNREADABLE", `cannot read ${file}: ${input.reason}`, { hint: "check the path" });
  for (const event of decodeText(input.text, file, { named: true })) {
    if (event.type !== "object" || event.object.kind !== kind) continue;
    const metadata = asRecord(event.object.metadata);
    const provider = asRecord(event.object["spec"])["provider"];
    if (metadata["name"] !== name || !isRecord(provider)) continue;
    const namespace = asText(metadata["namespace"]);
    const own = { name, ...(namespace === undefined ? {} : { namespace }) };
    return { ...event.object, metadata: own } as unknown as SecretStore;
  }
  throw new KustodyError("KST_STORE_SPEC", `${file} has no ${kind} ${name} with a spec.provider`, {
    hint: "name the store that stands in the file",
  });
}
