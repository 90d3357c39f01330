import type { CommandModule } from "../commands.ts";
import { addSettings, settingsOf } from "../settings.ts";

const HELP = `
Examples:
  kustody externalize deploy/ --store ClusterSecretStore/vault            what would change: diffs and remote keys
  kustody externalize deploy/ --store ClusterSecretStore/vault --apply    writes the values, then changes the files
  kustody externalize db.yaml --store SecretStore/team --namespace shop --key 'apps/{namespace}/{name}'
  kustody externalize . --store SecretStore/local --store-file store.yaml --local-store secrets.kst --apply

A Secret manifest becomes an ExternalSecret of the same name; its values become one JSON object under one remote key.
Without --apply nothing is changed, here or at the manager. With it, a file is changed only after all its values were
written and read back. A key that has other values stops it. It can be run again at any time, also after an interruption.
Then it says which commits still hold the values, how to take them out, and what to rotate first. No value is printed.
Exit codes: 0 nothing left in the clear, 1 something left, or in the way, 2 usage or input error.`;

export interface ExternalizeFlags {
  readonly store: string;
  readonly storeFile?: string;
  readonly localStore?: string;
  readonly key: string;
  readonly dryRun?: boolean;
  readonly apply?: boolean;
  readonly history: boolean;
  readonly replacements?: string;
}

export const define: CommandModule["define"] = (command, terminal, exit) => {
  command
    .description("Secrets out of Git: manifests become ExternalSecrets, their values go to a manager.")
    .argument("<path...>", "files and folders with manifests")
    .requiredOption(
      "--store <kind/name>",
      "ClusterSecretStore/NAME or SecretStore/NAME, which the ExternalSecrets name",
    )
    .option("--store-file <file>", "read the store from this manifest, not from the cluster")
    .option("--local-store <file>", "the file of the provider 'local'; its key lies beside it")
    .option("--key <pattern>", "the remote key, with {namespace} and {name}", "{namespace}/{name}")
    .option("--dry-run", "show what would change, and change nothing (the default)")
    .option("--apply", "write the values, then change the files")
    .option("--no-history", "don't look for the values in commits")
    .option("--replacements <file>", "write the values into this file, for git filter-repo --replace-text")
    .addHelpText("after", HELP)
    .action(async (paths: string[], flags: ExternalizeFlags) => {
      const { config } = await settingsOf(command);
      exit(await (await import("./run-externalize.ts")).runExternalize(paths, flags, config, terminal));
    });
  addSettings(command, ["kubeconfig", "context", "namespace"]);
};
