import type { CommandModule } from "../commands.ts";
import { addSettings, settingsOf } from "../settings.ts";
import { runCheck } from "./run-check.ts";

const HELP = `
Examples:
  kustody check                              manifests below this folder
  kustody check deploy/ chart/values.yaml    some of them
  kustomize build . | kustody check -        what another tool renders
  kustody check --cluster                    the cluster that kubectl talks to
  kustody check --cluster --context staging --output json
  kustody check . --output sarif > kustody.sarif
  kustody check . --fail-on high             only high and critical findings fail

A practice without checks, or with nothing to look at, shows "not assessed", never "passed".
Exit codes: 0 clean, 1 findings at or above --fail-on (default low), 2 usage or input error.`;

export const define: CommandModule["define"] = (command, terminal, exit) => {
  command
    .description("The scorecard: the eight practices over manifests, a folder or a cluster.")
    .argument("[path...]", "files, folders, or - for standard input (default: this folder)")
    .option("--cluster", "assess the cluster that kubectl talks to")
    .addHelpText("after", HELP)
    .action(async (paths: string[], options: { readonly cluster?: boolean }) => {
      const { config } = await settingsOf(command);
      exit(await runCheck({ paths, cluster: options.cluster === true, config, terminal }));
    });
  addSettings(command, ["kubeconfig", "context", "output", "failOn", "color", "check.exclude"]);
};
