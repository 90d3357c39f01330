import { Script } from "node:vm";

/** The name is ours alone; the function stands there only while it runs. */
const SLOT = "__kustodyWithinTime";
const script = new Script(`${SLOT}()`);

/**
 * What `work` returns; undefined when it took longer than `millis` and was cut off wherever it was, inside V8's regular
 * expressions too. So `work` must leave nothing half done outside of itself, and must not nest.
 */
export function withinTime<T>(millis: number, work: () => T): { readonly result: T } | undefined {
  const slots = globalThis as unknown as Record<string, unknown>;
  slots[SLOT] = work;
  try {
    return { result: script.runInThisContext({ timeout: millis }) as T };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return undefined;
    throw error;
  } finally {
    delete slots[SLOT];
  }
}
