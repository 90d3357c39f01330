import type { CommandModule } from "../commands.ts";
import { addSettings, settingsOf } from "../settings.ts";
import { runOperatorCommand } from "./run-operator-command.ts";

const HELP = `
Examples:
  kustody operator                              all namespaces, with leader election
  kustody operator --namespace shop             only this namespace, with rights in it alone
  kustody operator --observe --once             what it would change: nothing, if ESO has done its work
  kustody operator --leader-election=false      a single replica, such as on a laptop

It serves the external-secrets.io/v1 interface: ExternalSecrets, SecretStores and ClusterSecretStores.
Ctrl-C or SIGTERM ends it: writes under way are finished and the lease is given back.`;

export interface OperatorFlags {
  readonly controllerClass: string;
  readonly statusHeartbeat: string;
  readonly storeRequeueInterval: string;
  readonly concurrent: string;
  readonly leaderElection: string;
  readonly leaseNamespace?: string;
  readonly localStore?: string;
  readonly enableExtendedMetricLabels?: boolean;
  readonly observe?: boolean;
  readonly once?: boolean;
}

export const define: CommandModule["define"] = (command, terminal, exit) => {
  command
    .description("The controllers: keeps ExternalSecrets synced.")
    .option("--controller-class <name>", "look after the stores of this class", "default")
    .option("--status-heartbeat <duration>", "persist refreshTime this often; 0s: at every refresh", "1h")
    .option("--store-requeue-interval <duration>", "validate stores this often", "5m")
    .option("--concurrent <number>", "requests of the API server under way at most", "64")
    .option("--leader-election <true|false>", "lead only while holding a lease", "true")
    .option("--lease-namespace <name>", "where the lease is (default: the pod's namespace)")
    .option("--local-store <file>", "serve the provider 'local' from this file; its key lies beside it")
    .option("--enable-extended-metric-labels", "metrics of each object carry its app.kubernetes.io labels")
    .option("--observe", "change nothing; print what would be changed, one line each")
    .option("--once", "with --observe: end when everything has been looked at; exit code 1 if anything differs")
    .addHelpText("after", HELP)
    .action(async (options: OperatorFlags) => {
      const { config } = await settingsOf(command);
      exit(await runOperatorCommand(options, config, terminal));
    });
  addSettings(command, ["kubeconfig", "context", "namespace", "log.level", "log.format", "metrics.listen"]);
};
