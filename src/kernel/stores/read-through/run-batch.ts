import type { Clock } from "../../observe/clock.ts";
import type { Read, Ref, Store, StoreError, Version } from "../store.ts";
import { storeErrorOf } from "../store-error.ts";
import { disposeRead } from "./copy-read.ts";

/**
 * One call of a store, made safe: what it throws becomes an error for each ref, what it forgets likewise, and a call that
 * takes too long or is given up is no longer waited for, even by a store that ignores its signal.
 */
export async function runBatch(
  open: () => Promise<Store>,
  refs: readonly Ref[],
  known: ReadonlyMap<Ref, Version>,
  signal: AbortSignal,
  limits: { readonly clock: Clock; readonly timeoutMillis: number },
): Promise<Map<Ref, Read>> {
  const call = new AbortController();
  const follow = (): void => call.abort(signal.reason);
  signal.addEventListener("abort", follow, { once: true });
  if (signal.aborted) follow();
  const over = new AbortController();
  try {
    const reading = open().then((store) => store.read(refs, known, call.signal));
    const ended = await Promise.race([
      reading.then(
        (reads) => ({ reads }),
        (error: unknown) => ({ error: storeErrorOf(error) }),
      ),
      stop(call.signal, over.signal),
      limits.clock.sleep(limits.timeoutMillis, over.signal).then(
        () => ({ error: tooSlow(limits.timeoutMillis) }),
        () => ({ error: tooSlow(limits.timeoutMillis) }),
      ),
    ]);
    if ("reads" in ended) return complete(refs, ended.reads);
    call.abort();
    void reading.then(disposeAll, () => {});
    return new Map(refs.map((ref) => [ref, ended.error]));
  } finally {
    signal.removeEventListener("abort", follow);
    over.abort();
  }
}

function stop(signal: AbortSignal, over: AbortSignal): Promise<{ error: StoreError }> {
  return new Promise((resolve) => {
    const end = (): void => resolve({ error: { error: "unavailable", message: "the read was given up" } });
    if (signal.aborted) end();
    signal.addEventListener("abort", end, { once: true, signal: over });
  });
}

function tooSlow(millis: number): StoreError {
  return { error: "unavailable", message: `the store gave no answer within ${millis} ms` };
}

/** `reads` with an entry for each ref; values that nobody asked for are wiped. */
function complete(refs: readonly Ref[], reads: Map<Ref, Read>): Map<Ref, Read> {
  const all = new Map<Ref, Read>();
  for (const ref of refs) {
    all.set(ref, reads.get(ref) ?? { error: "unavailable", message: "the store left this key unanswered" });
    reads.delete(ref);
  }
  disposeAll(reads);
  return all;
}

function disposeAll(reads: Map<Ref, Read>): void {
  for (const read of reads.values()) disposeRead(read);
}
