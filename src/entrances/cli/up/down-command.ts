import { rm } from "node:fs/promises";
import { stopDetached } from "../../../lab/index.ts";
import type { CommandModule } from "../commands.ts";
import { stateFolder } from "./state-folder.ts";

const HELP = `
Examples:
  kustody down                ends it; its data stays for the next 'kustody up'
  kustody down --purge        ends it and removes its data`;

export const define: CommandModule["define"] = (command, terminal) => {
  command
    .description("Ends the control plane that 'kustody up --detach' left running.")
    .option("--data-dir <folder>", `where the cluster is kept (default: ${stateFolder()})`)
    .option("--purge", "remove its data too")
    .addHelpText("after", HELP)
    .action(async (options: { dataDir?: string; purge?: boolean }) => {
      const folder = options.dataDir ?? stateFolder();
      await stopDetached(folder);
      if (options.purge === true) await rm(folder, { recursive: true, force: true });
      terminal.stdout.write(options.purge === true ? "ended, and its data removed\n" : "ended\n");
    });
};
