import { CONFIG_FIELDS } from "../../../kernel/config/config-schema.ts";
import { describeConfig } from "../../../kernel/config/describe-config.ts";
import type { CommandModule } from "../commands.ts";
import { addSettings, settingsOf } from "../settings.ts";

const HELP = `
Examples:
  kustody config                          what holds in this folder, and why
  KUSTODY_FAIL_ON=high kustody config     the same with a variable
  kustody config --config ci/kustody.yaml

A flag wins over a KUSTODY_* variable, that over the file, that over the default.`;

export const define: CommandModule["define"] = (command, terminal) => {
  command
    .description("Prints each setting, its value, and where that comes from.")
    .addHelpText("after", HELP)
    .action(async () => {
      terminal.stdout.write(describeConfig(await settingsOf(command)));
    });
  addSettings(
    command,
    CONFIG_FIELDS.map(({ key }) => key),
  );
};
