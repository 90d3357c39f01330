import type { Command } from "commander";
import type { CommandModule } from "../commands.ts";
import { addSettings, settingsOf } from "../settings.ts";

const HELP = `
Examples:
  kustody sync status                        what syncs, what doesn't and why
  kustody sync takeover --dry-run            what taking over from External Secrets Operator changes
  kubectl scale deployment external-secrets -n external-secrets --replicas=0
  kustody sync takeover --apply              keeps its definitions, ends its webhooks; touches no Secret`;

const TAKEOVER_HELP = `
Every difference is reported first. Nothing is changed while an External Secrets Operator with the same controller class
runs. It can be run again at any time, also after an interruption. docs/practices/2-managers.md describes the way back.
Exit codes: 0 nothing in the way, 1 differences or something in the way, 2 usage or input error, or refused.`;

export interface TakeoverFlags {
  readonly dryRun?: boolean;
  readonly apply?: boolean;
  readonly controllerClass: string;
}

const SETTINGS = ["kubeconfig", "context", "output"];

export const define: CommandModule["define"] = (command, terminal, exit) => {
  command.description("ExternalSecrets: how they are, and taking them over from External Secrets Operator.");
  command.addHelpText("after", HELP);
  const status = command.command("status").description("What syncs, what doesn't and why.");
  addSettings(status, SETTINGS);
  status.action(async () => {
    const { config } = await settingsOf(status);
    exit(await (await import("./run-sync-status.ts")).runSyncStatus(config, terminal));
  });
  defineTakeover(command.command("takeover"), async (takeover, flags) => {
    const { config } = await settingsOf(takeover);
    exit(await (await import("./run-takeover.ts")).runTakeover(flags, config, terminal));
  });
  command.action(() => command.help({ error: true }));
};

function defineTakeover(takeover: Command, run: (takeover: Command, flags: TakeoverFlags) => Promise<void>): void {
  takeover
    .description("Take over from External Secrets Operator.")
    .option("--dry-run", "report differences and changes, and change nothing (the default)")
    .option("--apply", "carry the changes out")
    .option("--controller-class <name>", "the class to take over", "default")
    .addHelpText("after", TAKEOVER_HELP)
    .action((flags: TakeoverFlags) => run(takeover, flags));
  addSettings(takeover, SETTINGS);
}
