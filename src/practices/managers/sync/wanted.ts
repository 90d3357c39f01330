import type { Ref } from "../../../kernel/stores/store.ts";
import type { ExternalSecretSpec } from "../model/external-secret-spec.ts";
import { PRIVILEGED_SECRET_TYPES } from "../model/names.ts";
import type { Find, RemoteRef, Rewrite, StoreRef } from "../model/remote-ref.ts";
import type { SecretStore } from "../model/resources.ts";
import { templateTargetOf } from "./template/template-steps.ts";

/** Which store object: the namespace is the asking object's for a SecretStore, and none for a ClusterSecretStore. */
export interface StoreName {
  readonly kind: "SecretStore" | "ClusterSecretStore";
  readonly name: string;
}

/** One string for one store object: a SecretStore's name counts within the asking namespace. */
export function storeId({ kind, name }: StoreName, namespace: string): string {
  return kind === "ClusterSecretStore" ? `${kind}//${name}` : `${kind}/${namespace}/${name}`;
}

/** `storeId` of a store object. */
export function storeKey({ kind, metadata }: SecretStore): string {
  const { name, namespace = "" } = metadata;
  return storeId({ kind: kind === "ClusterSecretStore" ? "ClusterSecretStore" : "SecretStore", name }, namespace);
}

/** Something that an ExternalSecret wants from a store. */
interface Entry {
  /** Where in the spec it stands, for messages: `spec.data[3]`. */
  readonly where: string;
  readonly store: StoreName;
  /** Steps that rename the keys. */
  readonly rewrite?: readonly Rewrite[];
}

/** One remote key. */
export interface Wanted extends Entry {
  readonly ref: Ref;
  readonly remoteRef: RemoteRef;
  /** The key in the target that takes the value; absent for `extract`, which brings its own keys. */
  readonly secretKey?: string;
}

/** All keys that a search finds. */
export interface Sought extends Entry {
  readonly find: Find;
}

export const isSought = (entry: Wanted | Sought): entry is Sought => "find" in entry;

export interface Wants {
  /** In the order in which later ones win: dataFrom entries, then data. */
  readonly wanted: readonly (Wanted | Sought)[];
  /** Fields in use that Kustody does not carry out yet: then nothing of the object is touched. */
  readonly unsupported: readonly string[];
  /** Mistakes that no store can cure. */
  readonly mistakes: readonly string[];
}

/** Pure. Everything that a spec asks for. */
export function wantsOf(spec: ExternalSecretSpec): Wants {
  const wanted: (Wanted | Sought)[] = [];
  const unsupported = unsupportedTargetFields(spec);
  const mistakes: string[] = [];
  const want = (
    where: string,
    store: StoreRef | undefined,
    what: Omit<Wanted, "where" | "store"> | Omit<Sought, "where" | "store">,
  ): void => {
    const name = store?.name ?? spec.secretStoreRef?.name;
    const kind = (store?.name === undefined ? spec.secretStoreRef?.kind : store.kind) ?? "SecretStore";
    if (name === undefined) mistakes.push(`${where} names no store, and spec.secretStoreRef is not set`);
    else wanted.push({ where, store: { kind, name }, ...what });
  };
  spec.dataFrom?.forEach(({ extract, find, rewrite, sourceRef }, index) => {
    const where = `spec.dataFrom[${index}]`;
    const steps = rewrite === undefined || rewrite.length === 0 ? {} : { rewrite };
    if (sourceRef?.generatorRef !== undefined) unsupported.push(`${where}.sourceRef.generatorRef`);
    else if (find !== undefined && extract !== undefined)
      mistakes.push(`${where}: extract, find, or generatorRef cannot be set at the same time`);
    else if (find !== undefined) {
      if (find.name === undefined && find.tags === undefined) mistakes.push(`${where}.find has neither name nor tags`);
      else want(`${where}.find`, sourceRef?.storeRef, { find, ...steps });
    } else if (extract === undefined) mistakes.push(`${where} has neither extract nor find nor a generator`);
    else want(`${where}.extract`, sourceRef?.storeRef, { ref: refOf(extract), remoteRef: extract, ...steps });
  });
  spec.data?.forEach(({ secretKey, remoteRef, sourceRef }, index) => {
    const where = `spec.data[${index}]`;
    if (sourceRef?.generatorRef === undefined)
      want(where, sourceRef?.storeRef, { ref: refOf(remoteRef), remoteRef, secretKey });
    else unsupported.push(`${where}.sourceRef.generatorRef`);
  });
  if (!spec.data?.length && !spec.dataFrom?.length) mistakes.push("either data or dataFrom should be specified");
  mistakes.push(...policyMistakes(spec), ...duplicateKeys(spec), ...templateMistakes(spec));
  return { wanted, unsupported, mistakes };
}

function refOf({ key, version, metadataPolicy }: RemoteRef): Ref {
  return {
    key,
    ...(version === undefined || version === "" ? {} : { version }),
    ...(metadataPolicy === "Fetch" ? { part: "metadata" } : {}),
  };
}

function unsupportedTargetFields({ target, syncWindows }: ExternalSecretSpec): string[] {
  const fields: [string, boolean][] = [
    ["spec.syncWindows", syncWindows !== undefined],
    ["spec.target.template.metadata.finalizers", (target?.template?.metadata?.finalizers?.length ?? 0) > 0],
    ["spec.target.manifest", target?.manifest !== undefined],
  ];
  return fields.filter(([, used]) => used).map(([field]) => field);
}

/** The rules that upstream's validating webhook has; they hold here whether or not a webhook is there. */
function policyMistakes({ target }: ExternalSecretSpec): string[] {
  const creation = target?.creationPolicy ?? "Owner";
  if (target?.deletionPolicy === "Delete" && creation !== "Owner") {
    return [
      "deletionPolicy=Delete must not be used when the controller doesn't own the secret. Please set creationPolicy=Owner",
    ];
  }
  if (target?.deletionPolicy === "Merge" && creation === "None") {
    return ["deletionPolicy=Merge must not be used with creationPolicy=None. There is no Secret to merge with"];
  }
  return [];
}

/** What upstream refuses at admission since CVE-2026-42876: a template must not make credentials of the cluster. */
function templateMistakes({ target }: ExternalSecretSpec): string[] {
  const { type = "", templateFrom = [] } = target?.template ?? {};
  return [
    ...(PRIVILEGED_SECRET_TYPES.has(type) ? [`spec.target.template.type: a Secret of type ${type} is not made`] : []),
    ...templateFrom.flatMap((from, index) =>
      templateTargetOf(from.target) === undefined
        ? [
            `spec.target.template.templateFrom[${index}].target: only Data, Labels and Annotations of a Secret can be written`,
          ]
        : [],
    ),
  ];
}

function duplicateKeys({ data }: ExternalSecretSpec): string[] {
  const seen = new Set<string>();
  return (data ?? []).flatMap(({ secretKey }) => {
    if (!seen.has(secretKey)) {
      seen.add(secretKey);
      return [];
    }
    return [`duplicate secretKey found: ${secretKey}`];
  });
}
