import { KustodyError } from "../../../kernel/errors.ts";
import { stopDetached } from "../../../lab/index.ts";
import { removeData } from "../../../lab/remove-data.ts";
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
      const ended = await end(folder, options.purge === true);
      if (options.purge === true) await removeData(folder, (name) => name.startsWith("local-store"));
      const said = [...(ended ? ["ended"] : []), ...(options.purge === true ? ["its data is removed"] : [])];
      terminal.stdout.write(`${said.join("; ")}\n`);
    });
};

/** False where nothing ran, which is no error for who wants the data of an ended one removed. */
async function end(folder: string, mayBeEnded: boolean): Promise<boolean> {
  try {
    await stopDetached(folder);
    return true;
  } catch (error) {
    if (mayBeEnded && error instanceof KustodyError && error.code === "KST_LAB_NOT_RUNNING") return false;
    throw error;
  }
}
