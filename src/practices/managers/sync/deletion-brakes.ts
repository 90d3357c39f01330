import { disposeRead } from "../../../kernel/stores/read-through/copy-read.ts";
import { isStoreError, type Ref } from "../../../kernel/stores/store.ts";
import { ACKNOWLEDGE_DELETION_ANNOTATION } from "../model/names.ts";
import type { ExternalSecret, SecretStore } from "../model/resources.ts";
import { AT_LEAST, acknowledges, type Brake, type MissingKeys, nextBrake, persistedBrake } from "./deletion-brake.ts";
import { parseExternalSecret, wantsOfParsed } from "./parsed-external-secret.ts";
import type { SyncPorts } from "./ports.ts";
import { permitsOf } from "./store-permits.ts";
import { isSought, storeId, storeKey } from "./wanted.ts";

/** So many keys of a store are looked at: with 64, a fifth that is missing is told from half that is. */
const SAMPLE = 64;
/** A look counts so long for deletions of the store. */
export const FRESH_MILLIS = 10_000;
/** And for so many: keys may go right after a look, and that must not cost more than a hold lets pass anyway. */
const DELETIONS_PER_LOOK = AT_LEAST - 1;
/** How old the answers may be that a look is content with: hardly older than the loss that it is to notice. */
const MAX_AGE_MILLIS = 1_000;

interface StoreBrake {
  brake: Brake;
  lookedAt: number;
  /** Deletions that went through since then. */
  passed: number;
  looking: Promise<void> | undefined;
}

/**
 * Before anything is deleted since a key is missing, looks at other known keys of the same store: if many are missing, the
 * store, its path or a right is wrong, and all its deletions are held. So not even the first deletion of a wave slips through.
 */
export class DeletionBrakes {
  readonly #stores = new Map<string, StoreBrake>();
  readonly #usersOf: (storeKey: string) => Iterable<ExternalSecret>;
  readonly #onChange: (storeKey: string) => void;

  constructor(usersOf: (storeKey: string) => Iterable<ExternalSecret>, onChange: (storeKey: string) => void) {
    this.#usersOf = usersOf;
    this.#onChange = onChange;
  }

  /** The brake of a store. One that is not released is looked at again, so that it ends when the keys are back. */
  async review(store: SecretStore, ports: SyncPorts, signal: AbortSignal): Promise<Brake> {
    const state = this.#stateOf(store);
    const isOld = ports.clock.now() - state.lookedAt >= FRESH_MILLIS;
    const { kind } = state.brake;
    if (kind !== "released" && (isOld || (kind === "held" && acknowledges(store)))) {
      await this.#lookOnce(store, state, ports, signal);
    }
    return state.brake;
  }

  /** Why deletions of this store are held, or undefined when they may go on. */
  async hold(store: SecretStore, ports: SyncPorts, signal: AbortSignal): Promise<string | undefined> {
    const state = this.#stateOf(store);
    const isOld = ports.clock.now() - state.lookedAt >= FRESH_MILLIS || state.passed >= DELETIONS_PER_LOOK;
    if (isOld || state.brake.kind === "held") await this.#lookOnce(store, state, ports, signal);
    if (state.brake.kind === "held") return explain(store, state.brake.found);
    if (state.brake.kind === "released") state.passed += 1;
    return undefined;
  }

  #stateOf(store: SecretStore): StoreBrake {
    const key = storeKey(store);
    let state = this.#stores.get(key);
    if (state === undefined) {
      const brake = persistedBrake(store.status);
      this.#stores.set(key, (state = { brake, lookedAt: Number.NEGATIVE_INFINITY, passed: 0, looking: undefined }));
    }
    return state;
  }

  async #lookOnce(store: SecretStore, state: StoreBrake, ports: SyncPorts, signal: AbortSignal): Promise<void> {
    state.looking ??= this.#look(store, state, ports, signal);
    await state.looking;
  }

  async #look(store: SecretStore, state: StoreBrake, ports: SyncPorts, signal: AbortSignal): Promise<void> {
    try {
      const found = await survey(store, this.#usersOf(storeKey(store)), ports, signal);
      const before = state.brake.kind;
      state.brake = nextBrake(state.brake, found, acknowledges(store));
      state.lookedAt = ports.clock.now();
      state.passed = 0;
      const { name, namespace = "" } = store.metadata;
      const held = state.brake.kind === "held" ? state.brake.found.missing : 0;
      if (held > 0 || before !== "released") ports.metrics.heldDeletions({ kind: store.kind, namespace, name }, held);
      if (state.brake.kind !== before) this.#onChange(storeKey(store));
    } finally {
      state.looking = undefined;
    }
  }
}

/** Asks for some known keys of a store, on behalf of the objects that want them. */
async function survey(
  store: SecretStore,
  users: Iterable<ExternalSecret>,
  ports: SyncPorts,
  signal: AbortSignal,
): Promise<MissingKeys> {
  const asks = sample(knownKeys(store, users), ports.random);
  const byNamespace = Map.groupBy(asks, ({ namespace }) => namespace);
  let known = 0;
  let missing = 0;
  await Promise.all(
    [...byNamespace].map(async ([namespace, some]) => {
      const asking = { name: namespace, labels: ports.cluster.namespaceLabels(namespace) };
      const permits = permitsOf(ports.cluster.policies(), store, asking);
      const refs = some.map(({ ref }) => ref);
      const reader = ports.stores.reader(store, namespace);
      for (const read of (await reader.read(refs, { maxAgeMillis: MAX_AGE_MILLIS, permits, signal })).values()) {
        const isMissing = isStoreError(read) && read.error === "missing";
        if (isMissing) missing += 1;
        if (isMissing || !isStoreError(read)) known += 1;
        disposeRead(read);
      }
    }),
  );
  return { known, missing };
}

interface Known {
  readonly namespace: string;
  readonly ref: Ref;
}

/** Keys that objects have synced from a store before, each once. */
function knownKeys(store: SecretStore, users: Iterable<ExternalSecret>): Known[] {
  const known = new Map<string, Known>();
  for (const object of users) {
    if (object.status?.syncedResourceVersion === undefined) continue;
    const { namespace = "" } = object.metadata;
    for (const entry of wantsOfParsed(parseExternalSecret(object)).wanted) {
      if (isSought(entry) || storeId(entry.store, namespace) !== storeKey(store)) continue;
      const { ref } = entry;
      const id = JSON.stringify([ref.key, ref.version, ref.part]);
      if (!known.has(id)) known.set(id, { namespace, ref });
    }
  }
  return [...known.values()];
}

/** So many of them, chosen by chance. */
function sample(all: Known[], random: () => number): Known[] {
  for (let i = 0; i < Math.min(SAMPLE, all.length); i++) {
    const j = i + Math.floor(random() * (all.length - i));
    [all[i], all[j]] = [all[j] as Known, all[i] as Known];
  }
  return all.slice(0, SAMPLE);
}

function explain({ kind, metadata }: SecretStore, { known, missing }: MissingKeys): string {
  return (
    `${missing} of ${known} known keys of ${kind} ${metadata.name} that were looked at are missing, so nothing is deleted; ` +
    `if that is intended, give the store the annotation ${ACKNOWLEDGE_DELETION_ANNOTATION} that its condition names`
  );
}
