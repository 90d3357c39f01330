import type { ObjectRef } from "../../../kernel/kube/object/object-meta.ts";
import type { Clock } from "../../../kernel/observe/clock.ts";
import type { Secret } from "../../../kernel/secret/secret.ts";
import type { Reader } from "../../../kernel/stores/read-through/read-through.ts";
import type { Sources } from "../../../kernel/template/render-value.ts";
import type { ExternalSecretStatus } from "../model/external-secret-spec.ts";
import type { ExternalSecret, SecretStore, StorePolicy } from "../model/resources.ts";
import type { SecretStoreStatus } from "../model/secret-store-spec.ts";
import type { DeletionBrakes } from "./deletion-brakes.ts";
import type { ObservedTarget } from "./observed-target.ts";
import type { OwnedFields } from "./owned-fields.ts";
import type { Marks } from "./stale-marks.ts";
import type { SyncMetrics } from "./sync-metrics.ts";
import type { FetchTemplates } from "./template/render-target.ts";
import type { TemplateObject } from "./template/template-steps.ts";
import type { StoreName } from "./wanted.ts";

/** What the engine needs of the world. Every effect is one of these; what decides gets values. */
export interface SyncPorts {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly cluster: ClusterView;
  readonly writes: ClusterWrites;
  readonly stores: StoreReaders;
  readonly metrics: SyncMetrics;
  readonly brakes: DeletionBrakes;
  /** Time and chance for templates. */
  readonly sources: Sources;
  /** For HMACs of values; random per process. */
  readonly printKey: Secret;
  readonly options: SyncOptions;
}

export interface SyncOptions {
  /** Stores of another class belong to another operator. */
  readonly controllerClass: string;
  /** How old `status.refreshTime` may become before it alone is a reason to write. */
  readonly heartbeatMillis: number;
  /** Between two validations of a store that doesn't say. */
  readonly storeIntervalMillis: number;
  /** Looks at everything at once, due or not: for a comparison that changes nothing. */
  readonly lookAtAll?: boolean;
}

/** What is known of the cluster, from watches: reading it costs nothing and may lag behind by some milliseconds. */
export interface ClusterView {
  externalSecret(ref: ObjectRef): ExternalSecret | undefined;
  store(name: StoreName, namespace: string): SecretStore | undefined;
  policies(): Iterable<StorePolicy>;
  /** Undefined where namespaces may not be read, in namespaced mode. */
  namespaceLabels(namespace: string): Readonly<Record<string, string>> | undefined;
  /** A Secret that carries the managed label. */
  target(ref: ObjectRef): ObservedTarget | undefined;
  /** Names of the managed Secrets whose controller is this ExternalSecret. */
  ownedBy(externalSecret: ObjectRef): readonly string[];
  /** Why the store is not asked at present, as its last validation found; undefined when it may be. */
  storeProblem(store: SecretStore): string | undefined;
}

/** A Secret as it is now, with values. Whoever fetches it disposes of them. */
export interface FetchedTarget extends Disposable {
  readonly observed: ObservedTarget;
  readonly data: ReadonlyMap<string, Secret>;
  /** What this field manager decides. */
  readonly own: OwnedFields;
}

/** A Secret to create, or what of one to change: `null` removes a key. */
export interface TargetWrite {
  readonly namespace: string;
  readonly name: string;
  readonly fieldManager: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Of a Secret to create: that of one that is there never changes. */
  readonly type: string;
  /** Labels and annotations to take away. */
  readonly stale: Marks;
  /** Undefined: as they are. */
  readonly owners: ObservedTarget["owners"] | undefined;
  readonly data: Readonly<Record<string, Secret | null>>;
  readonly immutable: boolean;
}

/** Everything that the engine changes. Errors are KustodyErrors of the Kubernetes client. */
export interface ClusterWrites {
  /** `needed`: something else waits for it. */
  addCleanup(externalSecret: ExternalSecret, needed: boolean, signal: AbortSignal): Promise<void>;
  removeCleanup(externalSecret: ExternalSecret, signal: AbortSignal): Promise<void>;
  fetchTarget(ref: ObjectRef, fieldManager: string, signal: AbortSignal): Promise<FetchedTarget | undefined>;
  /** The object's entries in the namespace. Whoever asks disposes of the Secrets. */
  fetchTemplates(object: TemplateObject, namespace: string, signal: AbortSignal): ReturnType<FetchTemplates>;
  /** Both answer with uid and resourceVersion of what is there afterwards. */
  createTarget(write: TargetWrite, signal: AbortSignal): Promise<Written>;
  updateTarget(write: TargetWrite, resourceVersion: string, signal: AbortSignal): Promise<Written>;
  /** Only if it still is the object that was looked at. False where it is gone already. */
  deleteTarget(ref: ObjectRef, uid: string, signal: AbortSignal): Promise<boolean>;
  /** Answers with the new resourceVersion. */
  patchStatus(externalSecret: ExternalSecret, status: ExternalSecretStatus, signal: AbortSignal): Promise<string>;
  patchStoreStatus(store: SecretStore, status: SecretStoreStatus, signal: AbortSignal): Promise<void>;
  /** Never fails, never waits. `note` never holds a value. */
  tell(regarding: ExternalSecret | SecretStore, news: News): void;
}

export interface Written {
  readonly uid: string;
  readonly resourceVersion: string;
}

export interface News {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly action: string;
  readonly note: string;
}

/** Stores as an ExternalSecret's namespace may use them: credentials resolved, reads shared and cached per identity. */
export interface StoreReaders {
  /** Throws KST_STORE_SPEC where the store object cannot be used; sends nothing. */
  reader(store: SecretStore, namespace: string): Reader;
  /** Whether store and login work; undefined when all is well. For a store whose credentials are the asker's own: "referent". */
  validate(store: SecretStore, signal: AbortSignal): Promise<StoreVerdict>;
  /** The store, by its `storeId`, was edited or deleted: connections and values of its former versions go. */
  forget(storeId: string): Promise<void>;
}

export type StoreVerdict =
  /** `unused`: fields that are set and have no effect, each with why. */
  | { readonly kind: "valid"; readonly writes: boolean; readonly unused: readonly string[] }
  /** The store takes each asker's own credentials, so there is nothing to log in with now. */
  | { readonly kind: "unknown"; readonly writes: boolean; readonly unused: readonly string[] }
  /** Its specification, or something it refers to, is wrong. */
  | { readonly kind: "invalid"; readonly message: string }
  /** A provider that Kustody doesn't know. */
  | { readonly kind: "unsupported"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };
