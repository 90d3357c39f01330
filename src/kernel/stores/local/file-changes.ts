import { watch } from "node:fs";
import path from "node:path";

/**
 * A tick each time that a file may have been replaced, the first at once: whoever looks then has missed nothing, since
 * watching has begun by that time. Ends when the signal aborts.
 */
export async function* fileChanges(file: string, signal: AbortSignal): AsyncGenerator<"changed", void, undefined> {
  let pending = true;
  let failure: Error | undefined;
  let wake: () => void = () => {};
  const tell = (): void => {
    pending = true;
    wake();
  };
  const watcher = watch(path.dirname(file), (_, name) => {
    if (name === null || name === path.basename(file)) tell();
  });
  watcher.on("error", (error) => {
    failure = error;
    tell();
  });
  signal.addEventListener("abort", tell, { once: true });
  try {
    while (!signal.aborted) {
      if (failure !== undefined) throw failure;
      if (pending) {
        pending = false;
        yield "changed";
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal.removeEventListener("abort", tell);
    watcher.close();
  }
}
