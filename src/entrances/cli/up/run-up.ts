import { join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Config } from "../../../kernel/config/config-schema.ts";
import { childEnvironment } from "../../../kernel/config/environment.ts";
import { KustodyError } from "../../../kernel/errors.ts";
import { ensureCrds } from "../../../kernel/kube/crd/ensure-crds.ts";
import { connectKube, type Kube } from "../../../kernel/kube/index.ts";
import { applyManifests } from "../../../kernel/kube/manifests/apply-manifests.ts";
import { openManifests } from "../../../kernel/kube/manifests/read-manifests.ts";
import { type ControlPlane, startControlPlane } from "../../../lab/index.ts";
import { ExternalSecrets, MANAGER_CRDS, SecretStores } from "../../../practices/managers/index.ts";
import { render } from "../check/render.ts";
import { clusterScorecard } from "../check/run-check.ts";
import { openProgress, type Progress } from "../progress.ts";
import type { Terminal } from "../terminal.ts";
import { encryptAtRest, proveEncryption } from "./encrypt-at-rest.ts";
import { renderUpReport } from "./render-up-report.ts";
import { seedLocalStore, startOperator } from "./start-operator.ts";
import { stateFolder } from "./state-folder.ts";
import { stayUntil, untilInterrupted } from "./until-interrupted.ts";
import { untilSynced } from "./until-synced.ts";

export interface UpCall {
  readonly dataDir: string;
  readonly detach: boolean;
  readonly node: boolean;
  readonly config: Config;
  readonly terminal: Terminal;
}

const QUICKSTART = fileURLToPath(new URL("../../../../examples/quickstart", import.meta.url));

/**
 * Flow: a control plane with encryption at rest → the example applied → the operator, which brings its first secret → the scorecard → the report.
 * Into a cluster that --kubeconfig names only the example goes: its controllers are its owner's affair. Then it stays until Ctrl-C, unless it was told to detach or the cluster is somebody else's.
 */
export async function runUp(call: UpCall): Promise<void> {
  const { config, terminal } = call;
  const interrupted = untilInterrupted();
  using progress = openProgress(terminal);
  if (config.kubeconfig !== undefined) {
    await present(config.kubeconfig, undefined, call, progress);
    return;
  }
  const plane = await startControlPlane({
    name: "kustody-up",
    dataDir: call.dataDir,
    node: call.node,
    ...(await encryptAtRest(call.dataDir)),
    onProgress: (line) => progress.report(line),
    signal: interrupted.signal,
  }).catch((error: unknown) => {
    if (!interrupted.signal.aborted) throw error;
    throw new KustodyError("KST_INTERRUPTED", "interrupted before everything ran: what had started is ended");
  });
  try {
    await present(plane.kubeconfig, plane, call, progress);
    if (call.detach) {
      await plane.detach();
      terminal.stdout.write(`\nIt keeps running. '${downCommand(call.dataDir)}' ends it.\n`);
      return;
    }
    terminal.stdout.write("\nCtrl-C ends it; its data stays for the next start.\n");
    await stayUntil(interrupted.promise);
  } finally {
    if (!call.detach) await plane.stop();
  }
}

/** Applies the example, lets the operator sync it, and prints what there is now. */
async function present(
  kubeconfig: string,
  plane: ControlPlane | undefined,
  { config, terminal }: UpCall,
  progress: Progress,
): Promise<void> {
  const context = plane === undefined ? config.context : undefined;
  const kube = await connectKube({
    env: childEnvironment(),
    kubeconfig,
    ...(context === undefined ? {} : { context }),
  });
  try {
    progress.report("applying the example");
    let objects = await applyFolder(kube, ["good", "bad"]);
    let synced: string | undefined;
    let encrypted: string | undefined;
    if (plane !== undefined) {
      await ensureCrds(kube, MANAGER_CRDS);
      progress.report("starting the operator");
      await startOperator(plane, await seedLocalStore(plane.dataDir));
      objects += await applyFolder(kube, ["synced"]);
      progress.report("waiting for the first secret to arrive");
      synced = await untilSynced(kube, "quickstart-good", "db");
      encrypted = await proveEncryption(plane);
    }
    const scorecard = await clusterScorecard({ kubeconfig, context }, terminal);
    progress.clear();
    terminal.stdout.write(render(scorecard, { output: "text", color: config.color }, terminal));
    const command = ownCommand();
    terminal.stdout.write(
      renderUpReport({ command, kubeconfig, objects, processes: plane?.processes() ?? [], synced, encrypted }),
    );
  } finally {
    await kube.close();
  }
}

/** In a clone nobody has `kustody` on the PATH. */
function ownCommand(): string {
  const bin = fileURLToPath(new URL("../../../../bin/kustody", import.meta.url));
  return bin.includes("/node_modules/") ? "kustody" : `./${relative(process.cwd(), bin)}`;
}

/** What ends a control plane that was left running on the data in `dataDir`. */
function downCommand(dataDir: string): string {
  return [`${ownCommand()} down`, ...(dataDir === stateFolder() ? [] : [`--data-dir ${dataDir}`])].join(" ");
}

async function applyFolder(kube: Kube, parts: readonly string[]): Promise<number> {
  const source = await openManifests(
    parts.map((part) => join(QUICKSTART, part)),
    { base: QUICKSTART },
  );
  const manifests = [...source.read()].filter((event) => event.type === "object");
  return await applyManifests(kube, manifests, { fieldManager: "quickstart", custom: [ExternalSecrets, SecretStores] });
}
