import type { Command } from "commander";
import { legacyArguments } from "./legacy-arguments.ts";

/** `detect` and `protect`, which gitleaks hides since 8.19 and hooks still call: handed on to the commands of today. */
export function defineLegacy(scan: Command, name: "detect" | "protect"): void {
  scan
    .command(name, { hidden: true })
    .helpOption(false)
    .allowUnknownOption()
    .argument("[arguments...]")
    .action(async (args: readonly string[]) => {
      await scan.parseAsync(legacyArguments(name, args), { from: "user" });
    });
}
