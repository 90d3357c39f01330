import process from "node:process";
import type { Config } from "../../../kernel/config/config-schema.ts";
import { childEnvironment } from "../../../kernel/config/environment.ts";
import { KustodyError } from "../../../kernel/errors.ts";
import { atLeast } from "../../../kernel/finding/finding.ts";
import { findingsOf, type InputError, type Scorecard } from "../../../kernel/finding/scorecard.ts";
import { checkFiles } from "../../check/check-files.ts";
import { openProgress } from "../progress.ts";
import type { Terminal } from "../terminal.ts";
import { render } from "./render.ts";

export interface CheckCall {
  readonly paths: readonly string[];
  readonly cluster: boolean;
  readonly config: Config;
  readonly terminal: Terminal;
}

/** Assesses, prints, and returns the exit code. */
export async function runCheck({ paths, cluster, config, terminal }: CheckCall): Promise<0 | 1 | 2> {
  if (cluster && paths.length > 0) {
    throw new KustodyError("KST_USAGE", "--cluster and paths exclude each other", {
      hint: "run two checks: their scorecards answer different questions",
    });
  }
  const scorecard = cluster
    ? await clusterScorecard(config, terminal)
    : await checkFiles(paths.length === 0 ? ["."] : paths, {
        base: process.cwd(),
        exclude: config.check.exclude,
        stdin: terminal.stdin,
      });
  terminal.stdout.write(render(scorecard, config, terminal));
  return exitCodeOf(scorecard, config);
}

/** The scorecard of a live cluster; the client is loaded only here, so that checking files starts without it. */
export async function clusterScorecard(
  config: Pick<Config, "kubeconfig" | "context">,
  terminal: Terminal,
): Promise<Scorecard> {
  const [{ connectKube }, { checkCluster }, { readCluster }] = await Promise.all([
    import("../../../kernel/kube/index.ts"),
    import("../../check/check-cluster.ts"),
    import("../../check/read-cluster.ts"),
  ]);
  const { kubeconfig, context } = config;
  using progress = openProgress(terminal);
  const kube = await connectKube({
    env: childEnvironment(),
    interactive: terminal.stderrIsTty,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  });
  try {
    const unreadable: InputError[] = [];
    const objects = readCluster(kube, {
      onProgress: (line) => progress.report(line),
      onUnreadable: (error) => unreadable.push(error),
    });
    const scorecard = await checkCluster(objects);
    return { ...scorecard, inputErrors: [...scorecard.inputErrors, ...unreadable] };
  } finally {
    await kube.close();
  }
}

/** Findings count before input errors: what was read is already not clean. */
function exitCodeOf(scorecard: Scorecard, config: Config): 0 | 1 | 2 {
  if (findingsOf(scorecard).some(({ severity }) => atLeast(severity, config.failOn))) return 1;
  return scorecard.inputErrors.length > 0 ? 2 : 0;
}
