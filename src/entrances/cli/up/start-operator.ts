import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { systemClock } from "../../../kernel/observe/clock.ts";
import { Secret } from "../../../kernel/secret/secret.ts";
import { openLocalStore } from "../../../kernel/stores/local/local-store.ts";
import type { ControlPlane } from "../../../lab/index.ts";
import { ownProcess } from "./own-process.ts";

const EXAMPLE_KEY = "quickstart-good/db";

/** The quick start's manager: an encrypted file in the data folder, with a new random password where it has none yet. */
export async function seedLocalStore(dataDir: string): Promise<string> {
  const file = join(dataDir, "local-store");
  const store = await openLocalStore({ file, clock: systemClock });
  try {
    const value = Secret.fromBytes(Buffer.from(JSON.stringify({ password: randomBytes(18).toString("base64url") })));
    await store.write?.({ key: EXAMPLE_KEY }, value, { ifAbsent: true }, new AbortController().signal);
    value.dispose();
  } finally {
    await store.close();
  }
  return file;
}

/** Runs the operator as a process of its own beside the control plane, until that ends. Resolves when it is ready. */
export async function startOperator(plane: ControlPlane, localStore: string): Promise<void> {
  const options = {
    "leader-election": "false",
    "log-format": "json",
    kubeconfig: plane.kubeconfig,
    "local-store": localStore,
  };
  await plane.run((port) => ownProcess("operator", ["operator"], options, port, plane.dataDir));
}
