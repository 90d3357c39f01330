import process from "node:process";
import { systemClock } from "../../../../kernel/observe/clock.ts";
import { openLocalStore } from "../../../../kernel/stores/local/local-store.ts";
import type { Store } from "../../../../kernel/stores/store.ts";
import { checkRemote, moveFile } from "../externalize.ts";
import { planFiles } from "../plan-files.ts";

// Moves a folder's Secrets to a local store, and is killed before the n-th call of the store: `killed-move.ts FOLDER FILE N`.
const [folder = "", file = "", calls = "0"] = process.argv.slice(2);

const store = await openLocalStore({ file, clock: systemClock });
let left = Number(calls);
const dying = <A extends readonly unknown[], R>(call: (...given: A) => Promise<R>) => {
  return async (...given: A): Promise<R> => {
    if (left-- === 0) process.kill(process.pid, "SIGKILL");
    return await call(...given);
  };
};
const { read, write } = store as Required<Store>;
const mortal: Store = { ...store, read: dying(read), write: dying(write) };
const ports = { store: async () => mortal, whyClosed: async () => undefined };
const naming = {
  store: { kind: "ClusterSecretStore", name: "local" },
  namespace: undefined,
  keyPattern: "{namespace}/{name}",
} as const;
const { signal } = new AbortController();
for (const one of await checkRemote(planFiles([folder], folder, naming).files, ports, signal)) {
  await moveFile(one, ports, signal);
}
