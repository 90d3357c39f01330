import type { KustodyError } from "../../../kernel/errors.ts";
import type { Kube } from "../../../kernel/kube/kube.ts";
import { keyOf, type ObjectRef, refOf } from "../../../kernel/kube/object/object-meta.ts";
import { WorkQueue } from "../../../kernel/kube/queue/work-queue.ts";
import type { Change } from "../../../kernel/kube/watch/object-store.ts";
import type { ExternalSecret, SecretStore, StorePolicy } from "../model/resources.ts";
import { DeletionBrakes } from "./deletion-brakes.ts";
import { ObjectIndex } from "./object-index.ts";
import { type ClusterMirrors, mirrorCluster } from "./observe.ts";
import type { ObservedTarget } from "./observed-target.ts";
import type { ClusterView, SyncPorts } from "./ports.ts";
import { reconcileExternalSecret } from "./reconcile-external-secret.ts";
import { reconcileStore } from "./reconcile-store.ts";
import { isRefused, storesOfPolicy } from "./refused-objects.ts";
import { StoreVerdicts } from "./store-verdicts.ts";
import { SyncMemory } from "./sync-memory.ts";
import { storeKey } from "./wanted.ts";

export interface SyncEngineParts extends Omit<SyncPorts, "cluster" | "brakes"> {
  readonly kube: Kube;
  readonly namespace: string | undefined;
  readonly withPolicies: boolean;
  /** Objects of one store worked on at a time: as many of its reads may hang, and no other store waits for them. */
  readonly perStore: number;
  readonly onError: (what: string, error: KustodyError) => void;
}

/** Keeps every ExternalSecret of the cluster, or of one namespace, synced while it runs. */
export class SyncEngine {
  readonly #parts: SyncEngineParts;
  readonly #mirrors: ClusterMirrors;
  readonly #index = new ObjectIndex();
  readonly #memory = new SyncMemory();
  readonly #verdicts = new StoreVerdicts();
  readonly #brakes = new DeletionBrakes(
    (store) => this.#usersOf(store),
    (store) => this.#stores.add(store, { urgent: true }),
  );
  readonly #objects: WorkQueue<string, SyncPorts>;
  readonly #stores: WorkQueue<string, SyncPorts>;
  /** What arrives before the first lists are complete is looked at then: an object may come before its store. */
  #running = false;

  constructor(parts: SyncEngineParts) {
    this.#parts = parts;
    this.#mirrors = mirrorCluster({
      kube: parts.kube,
      namespace: parts.namespace,
      withPolicies: parts.withPolicies,
      printKey: parts.printKey,
      onError: (error) => parts.onError("a watch", error),
      onExternalSecret: (change) => this.#onExternalSecret(change),
      onStore: (change) => this.#onStore(change),
      onTarget: (change) => this.#onTarget(change),
      onAccess: () => this.#retryFailed(this.#mirrors.externalSecrets()),
      onPolicy: (policy) => this.#onPolicy(policy),
    });
    const cluster: ClusterView = {
      ...this.#mirrors,
      storeProblem: (store) => this.#verdicts.problemOf(store),
    };
    const ports: SyncPorts = { ...parts, cluster, brakes: this.#brakes };
    const { clock, random, onError } = parts;
    this.#objects = new WorkQueue<string, SyncPorts>({
      ports,
      clock,
      random,
      // What bounds the work are the stores' lanes and the gate before the API server.
      concurrency: Number.POSITIVE_INFINITY,
      perLane: parts.perStore,
      laneOf: (key) => this.#index.laneOf(key),
      reconcile: (key, given, signal) => this.#reconcile(key, given, signal),
      onError: (key, error) => onError(`ExternalSecret ${key}`, error),
    });
    this.#stores = new WorkQueue<string, SyncPorts>({
      ports,
      clock,
      random,
      concurrency: Number.POSITIVE_INFINITY,
      reconcile: (key, given, signal) => this.#reconcileStore(key, given, signal),
      onError: (key, error) => onError(key, error),
    });
  }

  /** Whether the first lists are complete. */
  get ready(): boolean {
    return this.#running;
  }

  /** Objects that wait for their turn, and that are worked on now. */
  get load(): { readonly waiting: number; readonly working: number } {
    const queues = [this.#objects, this.#stores];
    const sum = (of: (queue: WorkQueue<string, SyncPorts>) => number): number => queues.reduce((n, q) => n + of(q), 0);
    return { waiting: sum((queue) => queue.length), working: sum((queue) => queue.working) };
  }

  /** The labels of an ExternalSecret or of a store, as its kind says. */
  labelsOf(kind: string, ref: ObjectRef): Readonly<Record<string, string>> | undefined {
    if (kind === "ExternalSecret") return this.#mirrors.externalSecret(ref)?.metadata.labels;
    return this.#storeAt(`${kind}/${ref.namespace ?? ""}/${ref.name}`)?.metadata.labels;
  }

  /** Runs until `signal` aborts; writes under way are finished or given up before it resolves. */
  async run(signal: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([this.#mirrors.synced, aborted]);
    if (!signal.aborted) this.#begin();
    await aborted;
    this.#running = false;
    await Promise.all([this.#objects.stop(), this.#stores.stop()]);
    await this.#mirrors.stop();
  }

  #begin(): void {
    this.#running = true;
    const now = this.#parts.clock.now();
    for (const store of this.#mirrors.stores()) this.#stores.add(storeKey(store));
    for (const object of this.#mirrors.externalSecrets()) {
      const key = keyOf(object.metadata);
      this.#memory.of(key, now).changedAt = now;
      this.#objects.add(key, { urgent: object.status?.syncedResourceVersion === undefined });
    }
  }

  async #reconcile(key: string, ports: SyncPorts, signal: AbortSignal) {
    const slash = key.indexOf("/");
    const labels = { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
    const since = ports.clock.now();
    try {
      return await reconcileExternalSecret(key, ports, this.#memory, signal);
    } finally {
      ports.metrics.reconciled(labels, ports.clock.now() - since);
    }
  }

  async #reconcileStore(key: string, ports: SyncPorts, signal: AbortSignal) {
    const store = this.#storeAt(key);
    if (store === undefined) return { look: "on-change" } as const;
    const onVerdict = this.#verdicts.recorder(store, () => this.#retryUsers(key));
    return await reconcileStore(store, ports, onVerdict, signal);
  }

  #onExternalSecret({ type, ref, value }: Change<ExternalSecret>): void {
    const key = keyOf(ref);
    if (type === "deleted") {
      this.#index.remove(key);
      this.#memory.forget(key);
      this.#objects.forget(key);
      this.#parts.metrics.forget({ namespace: ref.namespace ?? "", name: ref.name });
      return;
    }
    const changed = this.#index.put(key, value);
    if (!this.#running) return;
    const now = this.#parts.clock.now();
    const remembered = this.#memory.of(key, now);
    if (changed === "content") remembered.changedAt = now;
    // Our own status comes back: nothing to look at.
    const ours = remembered.status?.resourceVersion === value.metadata.resourceVersion;
    if (ours) remembered.status = undefined;
    if (changed === "status" && ours) return;
    this.#objects.add(key, { urgent: changed === "content" });
  }

  #onStore({ type, value }: Change<SecretStore>): void {
    const key = storeKey(value);
    const news = this.#verdicts.seen(key, value, type);
    if (news === "nothing") return;
    if (news === "replaced" && type !== "added") void this.#parts.stores.forget(key);
    if (!this.#running) return;
    this.#stores.add(key, { urgent: true });
    this.#retryUsers(key);
  }

  #onTarget({ type, ref, resourceVersion }: Change<ObservedTarget>): void {
    const ours = type !== "deleted" && this.#memory.wroteTarget(ref, resourceVersion);
    this.#memory.targetSeen(ref, resourceVersion);
    if (ours || !this.#running) return;
    for (const key of this.#index.writersOf(keyOf(ref))) this.#objects.add(key);
  }

  /** What the policy lets in was refused, and failed, before; what it refuses now is told so at once. */
  #onPolicy(policy: StorePolicy): void {
    if (!this.#running) return;
    this.#retryFailed(this.#mirrors.externalSecrets());
    const now = this.#parts.clock.now();
    const stores = storesOfPolicy(policy);
    const users = stores?.flatMap((store) => [...this.#usersOf(store)]) ?? this.#mirrors.externalSecrets();
    for (const object of users) {
      if (!isRefused(object, this.#mirrors)) continue;
      const key = keyOf(object.metadata);
      this.#memory.of(key, now).refused = true;
      this.#objects.add(key, { urgent: true });
    }
  }

  *#usersOf(store: string): Generator<ExternalSecret> {
    for (const key of this.#index.usersOf(store)) {
      const object = this.#mirrors.externalSecret(refOf(key));
      if (object !== undefined) yield object;
    }
  }

  #retryUsers(store: string): void {
    for (const key of this.#index.usersOf(store)) this.#retry(key);
  }

  #retryFailed(objects: Iterable<ExternalSecret>): void {
    if (!this.#running) return;
    for (const { metadata } of objects) this.#retry(keyOf(metadata));
  }

  #retry(key: string): void {
    if (this.#memory.of(key, this.#parts.clock.now()).failedAt !== undefined) this.#objects.add(key, { urgent: true });
  }

  #storeAt(key: string): SecretStore | undefined {
    const [kind = "", namespace = "", name = ""] = key.split("/");
    const isCluster = kind === "ClusterSecretStore";
    return this.#mirrors.store({ kind: isCluster ? "ClusterSecretStore" : "SecretStore", name }, namespace);
  }
}
