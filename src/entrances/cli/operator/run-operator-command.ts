import type { Config } from "../../../kernel/config/config-schema.ts";
import { childEnvironment, readEnvironment } from "../../../kernel/config/environment.ts";
import { KustodyError } from "../../../kernel/errors.ts";
import { connectKube } from "../../../kernel/kube/kube.ts";
import { createLogger } from "../../../kernel/observe/logger.ts";
import type { Secret } from "../../../kernel/secret/secret.ts";
import { parseGoDurationMillis } from "../../../kernel/stores/value/go-duration.ts";
import type { Difference } from "../../../practices/managers/index.ts";
import { runOperator } from "../../operator/run-operator.ts";
import type { Terminal } from "../terminal.ts";
import { untilInterrupted } from "../up/until-interrupted.ts";
import type { OperatorFlags } from "./operator-command.ts";

const LEASE = "kustody-operator";

/** Connects, runs the operator until it is told to end, and returns the exit code. */
export async function runOperatorCommand(flags: OperatorFlags, config: Config, terminal: Terminal): Promise<0 | 1> {
  if (flags.once === true && flags.observe !== true) {
    throw new KustodyError("KST_USAGE", "--once goes together with --observe");
  }
  let differences = 0;
  const report = ({ kind, object, change }: Difference): void => {
    differences += 1;
    terminal.stdout.write(`${kind} ${object}: ${change}\n`);
  };
  const logger = createLogger({
    level: config.log.level,
    format: config.log.format,
    destination: { isTTY: terminal.stderrIsTty, write: (line) => terminal.stderr.write(line) },
    color: terminal.stderrIsTty && config.color !== "never",
  });
  const concurrency = Number(flags.concurrent);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 1000) {
    throw new KustodyError("KST_USAGE", "--concurrent must be a whole number from 1 to 1000");
  }
  const { signal } = untilInterrupted();
  const kube = await connectKube({
    env: childEnvironment(),
    interactive: terminal.stderrIsTty,
    ...(config.kubeconfig === undefined ? {} : { kubeconfig: config.kubeconfig }),
    ...(config.context === undefined ? {} : { context: config.context }),
  });
  try {
    await runOperator({
      kube,
      logger,
      signal,
      namespace: config.namespace,
      controllerClass: flags.controllerClass,
      heartbeatMillis: parseGoDurationMillis(flags.statusHeartbeat),
      storeIntervalMillis: parseGoDurationMillis(flags.storeRequeueInterval),
      concurrency,
      election: isOn(flags.leaderElection)
        ? { namespace: flags.leaseNamespace ?? config.namespace ?? kube.namespace, name: LEASE }
        : undefined,
      listen: config.metrics.listen,
      extendedMetricLabels: flags.enableExtendedMetricLabels === true,
      observe: flags.observe === true ? { once: flags.once === true, report } : undefined,
      local: flags.localStore === undefined ? undefined : localStore(flags.localStore),
    });
    return flags.once === true && differences > 0 ? 1 : 0;
  } finally {
    await kube.close();
  }
}

function localStore(file: string): { file: string; key?: Secret } {
  const { localKey } = readEnvironment();
  return localKey === undefined ? { file } : { file, key: localKey };
}

function isOn(value: string): boolean {
  if (value === "true" || value === "false") return value === "true";
  throw new KustodyError("KST_USAGE", "--leader-election takes true or false");
}
