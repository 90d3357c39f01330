import process from "node:process";

/** Ctrl-C or SIGTERM, as a promise to wait for and a signal to hand on. A second one ends the process at once. */
export function untilInterrupted(): { readonly promise: Promise<void>; readonly signal: AbortSignal } {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<void>();
  const interrupt = (): void => {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
    controller.abort();
    resolve();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", interrupt);
  return { promise, signal: controller.signal };
}

/** Waits for `promise`, and keeps the process alive meanwhile: neither a listener for signals nor the lab does that. */
export async function stayUntil(promise: Promise<void>): Promise<void> {
  const held = setInterval(() => undefined, 60_000);
  try {
    await promise;
  } finally {
    clearInterval(held);
  }
}
