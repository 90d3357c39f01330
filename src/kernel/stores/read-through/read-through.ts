import { type Identity, identityKey } from "../identity.ts";
import type { Answer, Query, Ref, Store, StoreError } from "../store.ts";
import { Ask } from "./ask.ts";
import { ByteBudget } from "./byte-budget.ts";
import { IdentityCache, type ReadThroughCounts } from "./identity-cache.ts";
import { type Found, KeySearches } from "./key-searches.ts";
import type { LeaseTable } from "./lease-table.ts";
import { type OpenOnce, openOnce } from "./open-once.ts";
import { type ReadThroughOptions, readThroughDefaults } from "./read-through-options.ts";
import { StoreLane } from "./store-lane.ts";

export interface ReadRequest {
  /** How old an answer may be, in milliseconds: it has to be younger, so 0 asks the store in any case. */
  readonly maxAgeMillis: number;
  /**
   * Whether the asking object may have this ref at all (StorePolicy, namespace conditions of a store): its refusal, or
   * undefined. Asked for each ref before any cache, since several askers may share one identity.
   */
  readonly permits: (ref: Ref) => StoreError | undefined;
  readonly signal: AbortSignal;
  /** Told for each answered ref when the call began that brought the answer: no answer is younger. */
  readonly onAnswer?: (at: number) => void;
}

export interface Reader {
  /** As `Store.read`, from memory where that is young enough; never "unchanged". The caller owns the values. */
  read(refs: readonly Ref[], request: ReadRequest): Promise<Map<Ref, Answer>>;
  /** The keys that match, at most some thousands; whether the asker may have each is for `read`, or for him, to say. */
  find(query: Query, request: Omit<ReadRequest, "permits">): Promise<Found>;
}

export interface ReadThrough {
  /** `open` is called at the first read, and again after it failed. */
  reader(identity: Identity, open: () => Promise<Store>, options?: { readonly tenant?: string }): Reader;
  /** Closes the store of an identity and wipes its values: it was edited, deleted or its credentials changed. */
  forget(identity: Identity): Promise<void>;
  /** Closes what nobody used for long. To be called now and then, every minute or so. */
  sweep(): Promise<void>;
  counts(): Readonly<ReadThroughCounts> & { readonly bytes: number; readonly identities: number };
  close(): Promise<void>;
}

interface Member {
  readonly cache: IdentityCache;
  readonly searches: KeySearches;
  readonly lane: StoreLane;
  readonly store: OpenOnce;
  readonly laneKey: string;
  usedAt: number;
}

/**
 * Reads of external managers, once per distinct (identity, store, key, version): asks of a few milliseconds become one
 * batch, one ref never has two calls under way, answers are shared as long as each asker allows, and every store has its
 * own limits and rests. One library for operator, node and agent.
 */
export function createReadThrough(
  given: Pick<ReadThroughOptions, "clock" | "random"> & Partial<ReadThroughOptions> & { readonly leases?: LeaseTable },
): ReadThrough {
  const options: ReadThroughOptions = { ...readThroughDefaults, ...given };
  const { clock } = options;
  const members = new Map<string, Member>();
  const lanes = new Map<string, StoreLane>();
  const budget = new ByteBudget(options.bytes);
  const counts: ReadThroughCounts = { asked: 0, fromMemory: 0, sent: 0, batches: 0, unchanged: 0 };

  const join = (key: string, identity: Identity, open: () => Promise<Store>, tenant: string): Member => {
    const laneKey = JSON.stringify(identity.store);
    let lane = lanes.get(laneKey);
    if (lane === undefined) lanes.set(laneKey, (lane = new StoreLane(options)));
    const store = openOnce(open);
    const cache = new IdentityCache({
      options,
      lane,
      budget,
      counts,
      account: { tenant, identity: key },
      open: () => store.get(),
      evict: (gone) => {
        for (const { identity: owner, entry } of gone) members.get(owner)?.cache.drop(entry);
      },
      ...(given.leases === undefined ? {} : { leases: given.leases }),
    });
    const searches = new KeySearches(() => store.get(), options);
    const member = { cache, searches, lane, store, laneKey, usedAt: clock.now() };
    members.set(key, member);
    return member;
  };

  const leave = async (key: string, member: Member): Promise<void> => {
    members.delete(key);
    member.cache.close();
    member.searches.close();
    if (![...members.values()].some(({ laneKey }) => laneKey === member.laneKey)) lanes.delete(member.laneKey);
    await member.store.close();
  };

  return {
    reader(identity, open, { tenant = identity.store.namespace ?? identity.namespace ?? "" } = {}) {
      const key = identityKey(identity);
      return {
        async read(refs, { maxAgeMillis, permits, signal, onAnswer }) {
          signal.throwIfAborted();
          const member = members.get(key) ?? join(key, identity, open, tenant);
          member.usedAt = clock.now();
          const ask = new Ask(new Set(refs).size, signal, onAnswer);
          for (const ref of new Set(refs)) {
            const refused = permits(ref);
            if (refused === undefined) member.cache.lookUp(ask, ref, maxAgeMillis);
            else ask.answer(ref, refused);
          }
          return await ask.outcome();
        },
        async find(query, { maxAgeMillis, signal, onAnswer }) {
          signal.throwIfAborted();
          const member = members.get(key) ?? join(key, identity, open, tenant);
          member.usedAt = clock.now();
          const rest = member.lane.refusal();
          if (rest !== undefined) return rest;
          const { at, found } = await member.searches.find(query, maxAgeMillis, signal);
          onAnswer?.(at);
          return found;
        },
      };
    },
    async forget(identity) {
      const key = identityKey(identity);
      const member = members.get(key);
      if (member !== undefined) await leave(key, member);
    },
    async sweep() {
      const idle = [...members].filter(
        ([, { usedAt, cache, searches }]) =>
          clock.now() - usedAt >= options.idleMillis && !cache.isBusy && !searches.isBusy,
      );
      await Promise.all(idle.map(([key, member]) => leave(key, member)));
    },
    counts: () => ({ ...counts, bytes: budget.total, identities: members.size }),
    async close() {
      await Promise.all([...members].map(([key, member]) => leave(key, member)));
    },
  };
}
