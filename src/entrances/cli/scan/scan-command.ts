import type { CommandModule } from "../commands.ts";
import { defineDir } from "./dir-command.ts";
import { defineGit } from "./git-command.ts";
import { defineLegacy } from "./legacy-command.ts";
import { defineStaged } from "./staged-command.ts";
import { defineStdin } from "./stdin-command.ts";

const HELP = `
Examples:
  kustody scan dir                               files below this folder
  kustody scan dir deploy/ --report-format sarif --report-path leaks.sarif
  kustody scan git                               the whole history of this repository
  kustody scan staged                            what 'git commit' would take in; for a pre-commit hook
  helm template . | kustody scan stdin
  kustody scan dir . -f json -r baseline.json    and later: kustody scan dir . -b baseline.json
  kustody scan dir . --match-cluster             and which Secrets of the cluster hold what was found

It reads gitleaks.toml, .gitleaksignore, gitleaks:allow comments and gitleaks' reports. Values are never shown;
--show shows how they begin.
Exit codes: 0 no leaks, 1 leaks (--exit-code), 2 usage or input error.`;

export const define: CommandModule["define"] = (command, terminal, exit) => {
  command
    .description("Finds secrets in files, in a history, in what is staged, and in standard input.")
    .addHelpText("after", HELP)
    .action(() => command.help({ error: true }));
  defineDir(command.command("dir").alias("directory").alias("file"), terminal, exit);
  defineGit(command.command("git"), terminal, exit);
  defineStaged(command.command("staged"), terminal, exit);
  defineStdin(command.command("stdin"), terminal, exit);
  for (const name of ["detect", "protect"] as const) defineLegacy(command, name);
};
