import { onAbort } from "../stores/read-through/on-abort.ts";

/** `work`, or a rejection with the signal's reason as soon as that aborts: for clients that heed no signal in every step. */
export async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(signal.reason);
  const stop = onAbort(signal, () => reject(signal.reason));
  try {
    return await Promise.race([work, aborted]);
  } finally {
    stop();
  }
}
