import type { Config } from "../../../kernel/config/config-schema.ts";
import type { LoadedConfig } from "../../../kernel/config/load-config.ts";
import type { CommandModule } from "../commands.ts";
import { addSettings, settingsOf } from "../settings.ts";
import { runUp } from "./run-up.ts";
import { stateFolder } from "./state-folder.ts";

const HELP = `
Examples:
  kustody up                        stays until Ctrl-C; the next start continues with the same data
  kustody up --detach               leaves it running; 'kustody down' ends it
  kustody up --node                 with a real kubelet and containerd, so that pods run (needs root)
  kustody up --kubeconfig ~/.kube/config   puts the example into a cluster that is there already

The first start makes etcd and the Kubernetes servers: from KUBEBUILDER_ASSETS, the PATH, the cache, a download
(KUSTODY_LAB_DOWNLOAD_URL), or else with Go, which takes some minutes once.`;

export const define: CommandModule["define"] = (command, terminal) => {
  command
    .description("Starts a real control plane on this machine, applies a small example, and shows its scorecard.")
    .option("--detach", "leave it running and return")
    .option("--node", "also a real node, so that pods run (needs root)")
    .option("--data-dir <folder>", `where the cluster is kept (default: ${stateFolder()})`)
    .addHelpText("after", HELP)
    .action(async (options: { detach?: boolean; node?: boolean; dataDir?: string }) => {
      const loaded = await settingsOf(command);
      await runUp({
        dataDir: options.dataDir ?? stateFolder(),
        detach: options.detach === true,
        node: options.node === true,
        config: namedClusterOnly(loaded),
        terminal,
      });
    });
  addSettings(command, ["kubeconfig", "context", "color"]);
};

/**
 * Only the flag leads into a cluster that is there: its example shows bad practice on purpose, and must not come into
 * the one that kustody.yaml or a variable names for the other commands.
 */
export function namedClusterOnly({ config, origins }: LoadedConfig): Config {
  if (origins.get("kubeconfig") === "--kubeconfig") return config;
  const { kubeconfig: _, context: __, ...rest } = config;
  return rest;
}
