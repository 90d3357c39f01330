import process from "node:process";
import { KustodyError } from "../../../kernel/errors.ts";

/** Runs `work`, which Ctrl-C or SIGTERM ends between two of its steps; afterwards they end the process again. Errors: KST_INTERRUPTED. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  try {
    return await work(controller.signal);
  } catch (cause) {
    if (!controller.signal.aborted) throw cause;
    throw new KustodyError(
      "KST_INTERRUPTED",
      "interrupted: each file is as it was, or changed with all its values moved",
      {
        hint: "run the command again to go on",
        cause,
      },
    );
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}
