import { extname } from "node:path";
import { Worker } from "node:worker_threads";

/** bcrypt in a thread of its own, since it holds one for about a tenth of a second at cost 10. The arguments are its own. */
export function bcryptInThread(password: Uint8Array, salt: Uint8Array, cost: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  // Compiled, it is another file.
  const file = new URL(`./bcrypt-worker${extname(import.meta.url)}`, import.meta.url);
  const worker = new Worker(file, { workerData: { password, salt, cost } });
  worker.once("message", resolve).once("error", reject);
  worker.once("exit", () => reject(new Error("the thread ended without a hash")));
  return promise;
}
