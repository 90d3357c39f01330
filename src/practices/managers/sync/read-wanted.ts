import type { Retry } from "../../../kernel/errors.ts";
import { disposeRead, sizeOfRead } from "../../../kernel/stores/read-through/copy-read.ts";
import type { Reader } from "../../../kernel/stores/read-through/read-through.ts";
import type { Answer, Query, Ref, StoreError } from "../../../kernel/stores/store.ts";
import type { SecretStore } from "../model/resources.ts";
import { Answers } from "./answers.ts";
import type { SyncPorts } from "./ports.ts";
import { type Permits, permitsOf } from "./store-permits.ts";
import { isSought, type Sought, type Wanted } from "./wanted.ts";

/** Found keys are read so many at a time, and no more once their values are this large together: a Secret holds a mebibyte. */
const AT_ONCE = 500;
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * Reads everything that is wanted, the keys of one store together, several entries of one key once. What the asking
 * namespace may not have is refused before any cache is looked at, and a search that finds such a key before anything of it
 * is read.
 */
export async function readWanted(
  wanted: readonly (Wanted | Sought)[],
  stores: ReadonlyMap<string, SecretStore>,
  namespace: string,
  maxAgeMillis: number,
  ports: SyncPorts,
  signal: AbortSignal,
): Promise<Answers> {
  const answers = new Answers();
  const byStore = Map.groupBy(wanted, ({ store }) => `${store.kind}/${store.name}`);
  const asking = { name: namespace, labels: ports.cluster.namespaceLabels(namespace) };
  const onAnswer = (at: number): void => {
    answers.readAt = Math.min(answers.readAt, at);
  };
  await Promise.all(
    [...byStore].map(async ([name, entries]) => {
      const store = stores.get(name);
      if (store === undefined) return;
      const permits = permitsOf(ports.cluster.policies(), store, asking);
      const reader = ports.stores.reader(store, namespace);
      const request = { maxAgeMillis, permits, signal, onAnswer };
      const named = entries.filter((entry): entry is Wanted => !isSought(entry));
      await Promise.all([
        readNamed(named, reader, request, answers),
        ...entries.filter(isSought).map((sought) => readFound(sought, reader, request, answers)),
      ]);
    }),
  );
  return answers;
}

type Request = Parameters<Reader["read"]>[1];

async function readNamed(
  entries: readonly Wanted[],
  reader: Reader,
  request: Request,
  answers: Answers,
): Promise<void> {
  if (entries.length === 0) return;
  // One object for one key, so that several properties of it are one read.
  const refs = new Map<string, Ref>();
  for (const { ref } of entries) if (!refs.has(refId(ref))) refs.set(refId(ref), ref);
  const reads = await reader.read([...refs.values()], request);
  for (const entry of entries) {
    const read = reads.get(refs.get(refId(entry.ref)) as Ref);
    if (read !== undefined) answers.set(entry, read);
  }
}

async function readFound(sought: Sought, reader: Reader, request: Request, answers: Answers): Promise<void> {
  const refs = await reader.find(queryOf(sought), request);
  if ("error" in refs) {
    answers.setFound(sought, refs);
    return;
  }
  const refused = refusalOf(refs, request.permits);
  if (refused !== undefined) {
    answers.setFound(sought, refused);
    return;
  }
  const found = new Map<string, Answer>();
  answers.setFound(sought, found);
  let bytes = 0;
  for (let at = 0; at < refs.length; at += AT_ONCE) {
    for (const [{ key }, answer] of await reader.read(refs.slice(at, at + AT_ONCE), request)) {
      found.set(key, answer);
      bytes += sizeOfRead(answer, key);
    }
    if (bytes <= MOST_BYTES) continue;
    for (const answer of found.values()) disposeRead(answer);
    const message = `the values that it finds are larger than ${MOST_BYTES} bytes together: narrow path, name or tags`;
    answers.setFound(sought, { error: "invalid", message });
    return;
  }
}

/** Without the keys: their names may be another tenant's. */
function refusalOf(refs: readonly Ref[], permits: Permits): StoreError | undefined {
  const [refused] = refs.flatMap((ref) => permits(ref) ?? []);
  if (refused === undefined) return undefined;
  const message = `it finds keys that may not be read (${refused.message}): narrow path or name`;
  return { error: "denied", message };
}

function queryOf({ find: { path, name, tags } }: Sought): Query {
  return {
    ...(path === undefined || path === "" ? {} : { path }),
    ...(name?.regexp === undefined ? {} : { name: name.regexp }),
    ...(tags === undefined ? {} : { tags }),
  };
}

const refId = ({ key, version, part }: Ref): string => JSON.stringify([key, version, part]);

/** When a failed read is worth another try. */
export function retryOf(error: StoreError): Retry {
  if (error.retryAfterMillis !== undefined && error.retryAfterMillis > 0) return { after: error.retryAfterMillis };
  return "backoff";
}
