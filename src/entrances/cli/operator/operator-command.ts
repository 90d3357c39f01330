import type { CommandModule } from "../commands.ts";
import { addSettings, settingsOf } from "../settings.ts";
import { runOperatorCommand } from "./run-operator-command.ts";

const HELP = `
Examples:
  kustody operator                              all namespaces, with leader election
  kustody operator --namespace shop             only this namespace, with rights in it alone
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
}

export const define: CommandModule["define"] = (command, terminal) => {
  command
    .description("The controllers: keeps ExternalSecrets synced.")
    .option("--controller-class <name>", "look after the stores of this class", "default")
    .option("--status-heartbeat <duration>", "persist refreshTime this often; 0s: at every refresh", "1h")
    .option("--store-requeue-interval <duration>", "validate stores this often", "5m")
    .option("--concurrent <number>", "requests of the API server under way at most", "64")
    .option("--leader-election <true|false>", "lead only while holding a lease", "true")
    .option("--lease-namespace <name>", "where the lease is (default: the pod's namespace)")
    .addHelpText("after", HELP)
    .action(async (options: OperatorFlags) => {
      const { config } = await settingsOf(command);
      await runOperatorCommand(options, config, terminal);
    });
  addSettings(command, ["kubeconfig", "context", "namespace", "log.level", "log.format", "metrics.listen"]);
};
