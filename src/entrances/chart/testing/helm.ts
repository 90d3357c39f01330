import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { KubeObject } from "../../../kernel/kube/manifests/manifest.ts";
import { openManifests } from "../../../kernel/kube/manifests/read-manifests.ts";
import { ensureBinaries } from "../../../lab/index.ts";

const CHART = fileURLToPath(new URL("../../../../deploy/chart", import.meta.url));

/** The real Helm with a home of its own, so that nothing of this machine's configuration reaches it. */
export interface Helm extends AsyncDisposable {
  /** Runs it; rejects with what it says when it fails. */
  run(...args: readonly string[]): Promise<string>;
}

export async function openHelm(kubeconfig?: string): Promise<Helm> {
  const helm = (await ensureBinaries(["helm"])).get("helm");
  if (helm === undefined) throw new Error("no helm");
  const home = await mkdtemp(join(tmpdir(), "kustody-helm-"));
  const env = { HOME: home, PATH: "", ...(kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig }) };
  return {
    run: async (...args) => (await promisify(execFile)(helm, args, { env, maxBuffer: 64 * 1024 * 1024 })).stdout,
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}

/** Arguments that set nested values, as JSON. */
export function settings(values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ["--set-json", `${name}=${JSON.stringify(value)}`]);
}

/** What `helm install kustody` would put into the cluster. */
export async function renderChart(helm: Helm, values: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return await helm.run(
    "template",
    "kustody",
    CHART,
    "-n",
    "kustody-system",
    "--kube-version",
    "1.36.0",
    ...settings(values),
  );
}

export async function installChart(
  helm: Helm,
  verb: "install" | "upgrade",
  values: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return await helm.run(verb, "kustody", CHART, "-n", "kustody-system", "--create-namespace", ...settings(values));
}

/** The objects in a rendered chart. */
export async function objectsIn(text: string): Promise<KubeObject[]> {
  const source = await openManifests(["-"], {
    base: ".",
    stdin: (async function* () {
      yield text;
    })(),
  });
  return [...source.read()].flatMap((event) => {
    if (event.type === "problem") throw new Error(event.reason);
    return event.type === "object" ? [event.object] : [];
  });
}
