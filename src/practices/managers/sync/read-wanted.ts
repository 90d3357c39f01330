import type { Retry } from "../../../kernel/errors.ts";
import { disposeRead } from "../../../kernel/stores/read-through/copy-read.ts";
import type { Answer, Ref, StoreError } from "../../../kernel/stores/store.ts";
import type { SecretStore } from "../model/resources.ts";
import type { SyncPorts } from "./ports.ts";
import { permitsOf } from "./store-permits.ts";
import type { Wanted } from "./wanted.ts";

/** Each wanted entry with its answer. Wipes what it holds. */
export class Answers implements Disposable {
  readonly #answers = new Map<Wanted, Answer>();
  /** How old the oldest of them is: when the call began that brought it. Infinite before the first. */
  readAt = Number.POSITIVE_INFINITY;

  set(wanted: Wanted, answer: Answer): void {
    this.#answers.set(wanted, answer);
  }

  of(wanted: Wanted): Answer {
    return this.#answers.get(wanted) ?? { error: "unavailable", message: "it was not read" };
  }

  [Symbol.dispose](): void {
    for (const answer of new Set(this.#answers.values())) disposeRead(answer);
  }
}

/**
 * Reads everything that is wanted, the keys of one store together, several entries of one key once. What the asking
 * namespace may not have is refused before any cache is looked at.
 */
export async function readWanted(
  wanted: readonly Wanted[],
  stores: ReadonlyMap<string, SecretStore>,
  namespace: string,
  maxAgeMillis: number,
  ports: SyncPorts,
  signal: AbortSignal,
): Promise<Answers> {
  const answers = new Answers();
  const byStore = Map.groupBy(wanted, ({ store }) => `${store.kind}/${store.name}`);
  const asking = { name: namespace, labels: ports.cluster.namespaceLabels(namespace) };
  await Promise.all(
    [...byStore].map(async ([name, entries]) => {
      const store = stores.get(name);
      if (store === undefined) return;
      // One object for one key, so that several properties of it are one read.
      const refs = new Map<string, Ref>();
      for (const { ref } of entries) if (!refs.has(refId(ref))) refs.set(refId(ref), ref);
      const permits = permitsOf(ports.cluster.policies(), store, asking);
      const reader = ports.stores.reader(store, namespace);
      const onAnswer = (at: number): void => {
        answers.readAt = Math.min(answers.readAt, at);
      };
      const reads = await reader.read([...refs.values()], { maxAgeMillis, permits, signal, onAnswer });
      for (const entry of entries) {
        const read = reads.get(refs.get(refId(entry.ref)) as Ref);
        if (read !== undefined) answers.set(entry, read);
      }
    }),
  );
  return answers;
}

const refId = ({ key, version, part }: Ref): string => JSON.stringify([key, version, part]);

/** When a failed read is worth another try. */
export function retryOf(error: StoreError): Retry {
  if (error.retryAfterMillis !== undefined && error.retryAfterMillis > 0) return { after: error.retryAfterMillis };
  return "backoff";
}
