import type { Store } from "../store.ts";

export interface OpenOnce {
  /** The store, opened at the first call; a failed opening is tried again at the next. */
  get(): Promise<Store>;
  /** Closes it if it was opened; it stays closed. */
  close(): Promise<void>;
}

/** One store for many readers. */
export function openOnce(open: () => Promise<Store>): OpenOnce {
  let opening: Promise<Store> | undefined;
  const get = (): Promise<Store> => {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return {
    get,
    async close() {
      const store = await opening?.catch(() => undefined);
      await store?.close();
    },
  };
}
