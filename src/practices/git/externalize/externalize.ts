import { toKustodyError } from "../../../kernel/errors.ts";
import type { Store } from "../../../kernel/stores/store.ts";
import { replaceFile } from "./apply.ts";
import type { MovableSecret } from "./model.ts";
import type { FilePlan } from "./plan-files.ts";
import { type RemoteState, remoteStates, writeAndVerify } from "./remote-values.ts";

export interface ExternalizePorts {
  /** The store as a namespace's ExternalSecrets see it. It stays the giver's. */
  readonly store: (namespace: string) => Promise<Store>;
  /** Why ExternalSecrets of the namespace would not be given this key; undefined when they would. */
  readonly whyClosed: (namespace: string, key: string) => Promise<string | undefined>;
}

/** A file with what the store says about its Secrets. */
export interface CheckedFile extends FilePlan {
  readonly remote: ReadonlyMap<MovableSecret, RemoteState>;
}

/** What became of a file. */
export type FileOutcome =
  | { readonly is: "changed"; readonly written: number }
  /** `obstacles` say of which Secret what stood in the way; some values may be at the manager already. */
  | { readonly is: "refused"; readonly obstacles: readonly string[] };

/** Compares each Secret with what is under its key. Nothing is written; one store that fails stops no other. */
export async function checkRemote(
  plans: readonly FilePlan[],
  ports: ExternalizePorts,
  signal: AbortSignal,
): Promise<readonly CheckedFile[]> {
  const states = new Map<MovableSecret, RemoteState>();
  const secrets = plans.flatMap((file) => file.plan.secrets);
  for (const [namespace, own] of Map.groupBy(secrets, (secret) => secret.namespace)) {
    const found = await statesIn(namespace, own, ports, signal);
    own.forEach((secret, index) => states.set(secret, found[index] ?? { is: "unknown", message: "it was not read" }));
  }
  return plans.map((file) => ({
    ...file,
    remote: new Map(file.plan.secrets.map((one) => [one, states.get(one) as RemoteState])),
  }));
}

async function statesIn(
  namespace: string,
  secrets: readonly MovableSecret[],
  ports: ExternalizePorts,
  signal: AbortSignal,
): Promise<readonly RemoteState[]> {
  try {
    const store = await ports.store(namespace);
    const states = await remoteStates(store, secrets, signal);
    return await Promise.all(
      states.map(async (state, index): Promise<RemoteState> => {
        const closed = await ports.whyClosed(namespace, secrets[index]?.key ?? "");
        if (closed !== undefined) return { is: "unknown", message: closed };
        const isStuck = state.is === "missing" && store.write === undefined;
        return isStuck
          ? { is: "unknown", message: "the store cannot be written to: write the value yourself first" }
          : state;
      }),
    );
  } catch (error) {
    signal.throwIfAborted();
    const { message } = toKustodyError(error);
    return secrets.map(() => ({ is: "unknown", message }));
  }
}

/** What stands in the way of a file's change, before anything was written. Pure. */
export function obstaclesOf({ obstacles, plan, remote }: CheckedFile): readonly string[] {
  const told = plan.secrets.flatMap((secret) => {
    const state = remote.get(secret);
    const title = `${secret.namespace}/${secret.name}`;
    if (state?.is === "unknown") return [`${title}: ${state.message}`];
    if (state?.is === "different")
      return [`${title}: ${secret.key} has other values already: ${state.entries.join(", ")}`];
    return [];
  });
  return [...obstacles, ...told];
}

/**
 * Moves a file's values: (1) nothing is touched if anything stands in the way; (2) what is missing at the manager is written,
 * if it is still absent; (3) and read back; (4) only then the file is replaced. Ended between any two steps, it is run again
 * and goes on: what was written counts as the same then.
 */
export async function moveFile(file: CheckedFile, ports: ExternalizePorts, signal: AbortSignal): Promise<FileOutcome> {
  const before = obstaclesOf(file); // (1)
  if (before.length > 0) return { is: "refused", obstacles: before };
  const obstacles: string[] = [];
  let written = 0;
  for (const secret of file.plan.secrets.filter((one) => file.remote.get(one)?.is === "missing")) {
    const wrong = await attempt(signal, async () =>
      writeAndVerify(await ports.store(secret.namespace), secret, signal),
    ); // (2), (3)
    if (wrong === undefined) written += 1;
    else obstacles.push(`${secret.namespace}/${secret.name}: ${wrong}`);
  }
  if (obstacles.length > 0) return { is: "refused", obstacles };
  const wrong = await attempt(signal, async () => replaceFile(file.source, file.plan.after)); // (4)
  return wrong === undefined ? { is: "changed", written } : { is: "refused", obstacles: [wrong] };
}

async function attempt(
  signal: AbortSignal,
  run: () => Promise<string | undefined | void>,
): Promise<string | undefined> {
  try {
    return (await run()) ?? undefined;
  } catch (error) {
    signal.throwIfAborted();
    return toKustodyError(error).message;
  }
}
