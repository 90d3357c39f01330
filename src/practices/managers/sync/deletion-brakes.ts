import { disposeRead } from "../../../kernel/stores/read-through/copy-read.ts";
import { isStoreError, type Ref } from "../../../kernel/stores/store.ts";
import { ACKNOWLEDGE_DELETION_ANNOTATION } from "../model/names.ts";
import type { ExternalSecret, SecretStore } from "../model/resources.ts";
import { type Brake, type MissingKeys, nextBrake, released } from "./deletion-brake.ts";
import { parseExternalSecret, wantsOfParsed } from "./parsed-external-secret.ts";
import type { SyncPorts } from "./ports.ts";
import { permitsOf } from "./store-permits.ts";
import { storeId, storeKey } from "./wanted.ts";

/** So many keys of a store are looked at: with 64, a fifth that is missing is told from half that is. */
const SAMPLE = 64;
/** A look counts so long for all deletions of the store. */
const FRESH_MILLIS = 10_000;
/** How old the answers may be that a look is content with. */
const MAX_AGE_MILLIS = 60_000;

interface StoreBrake {
  brake: Brake;
  lookedAt: number;
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

  brakeOf(store: SecretStore): Brake {
    return this.#stores.get(storeKey(store))?.brake ?? released;
  }

  /** Why deletions of this store are held, or undefined when they may go on. */
  async hold(store: SecretStore, ports: SyncPorts, signal: AbortSignal): Promise<string | undefined> {
    const key = storeKey(store);
    let state = this.#stores.get(key);
    if (state === undefined) {
      state = { brake: released, lookedAt: Number.NEGATIVE_INFINITY, looking: undefined };
      this.#stores.set(key, state);
    }
    if (ports.clock.now() - state.lookedAt >= FRESH_MILLIS || state.brake.kind === "held") {
      state.looking ??= this.#look(store, state, ports, signal);
      await state.looking;
    }
    return state.brake.kind === "held" ? explain(store, state.brake.found) : undefined;
  }

  async #look(store: SecretStore, state: StoreBrake, ports: SyncPorts, signal: AbortSignal): Promise<void> {
    try {
      const found = await survey(store, this.#usersOf(storeKey(store)), ports, signal);
      const before = state.brake.kind;
      const annotation = store.metadata.annotations?.[ACKNOWLEDGE_DELETION_ANNOTATION];
      state.brake = nextBrake(state.brake, found, annotation);
      state.lookedAt = ports.clock.now();
      if (state.brake.kind === before) return;
      const { name, namespace = "" } = store.metadata;
      const held = state.brake.kind === "held" ? found.missing : 0;
      ports.metrics.heldDeletions({ kind: store.kind, namespace, name }, held);
      this.#onChange(storeKey(store));
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
    for (const { ref, store: name } of wantsOfParsed(parseExternalSecret(object)).wanted) {
      if (storeId(name, namespace) !== storeKey(store)) continue;
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
    `if that is intended, give the store a new value of the annotation ${ACKNOWLEDGE_DELETION_ANNOTATION}`
  );
}
