import { Command, CommanderError } from "commander";
import { KustodyError } from "../../kernel/errors.ts";
import { COMMANDS } from "./commands.ts";
import { renderError } from "./render-error.ts";
import type { Terminal } from "./terminal.ts";
import { version } from "./version.ts";

const EXAMPLES = `
Examples:
  kustody up                         a real control plane on this machine, and its scorecard
  kustody check deploy/              the scorecard of manifests in a folder
  kustody check --cluster            the scorecard of the cluster that kubectl talks to
  kustody check . --output sarif     the same for a code host
  kustody scan staged                secrets in what 'git commit' would take in
  kustody operator                   keeps ExternalSecrets synced

Exit codes: 0 clean, 1 findings at or above --fail-on, 2 usage or input error.
'kustody COMMAND --help' has each command's options and examples.`;

/** Parses `args` (without node and script), runs one command, and returns the exit code. It never throws. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0;
  try {
    const program = await programFor(args, terminal, (exitCode) => {
      code = exitCode;
    });
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    terminal.stderr.write(renderError(error));
    return 2;
  }
}

async function programFor(args: readonly string[], terminal: Terminal, exit: (code: number) => void): Promise<Command> {
  const program = new Command("kustody");
  program
    .description(
      "Keeps Kubernetes secrets: carries out the eight practices of secret management, and keeps proving them.",
    )
    .version(version(), "-V, --version")
    .helpCommand(false)
    .showSuggestionAfterError()
    .addHelpText("after", EXAMPLES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      outputError: (text, write) => write(`${text}hint: see 'kustody --help'\n`),
    })
    .action(() => program.help({ error: true }));
  const called = args.find((arg) => !arg.startsWith("-"));
  for (const { name, summary, load } of COMMANDS) {
    const command = program.command(name).summary(summary);
    if (name === called) (await load()).define(command, terminal, exit);
  }
  if (called !== undefined && !COMMANDS.some(({ name }) => name === called)) await refuse(called);
  return program;
}

async function refuse(called: string): Promise<never> {
  const { closestName } = await import("../../kernel/config/closest-name.ts");
  const near = closestName(
    called,
    COMMANDS.map(({ name }) => name),
  );
  throw new KustodyError("KST_USAGE", `there is no command '${called.slice(0, 60)}'`, {
    hint: near === undefined ? "see 'kustody --help'" : `did you mean 'kustody ${near}'?`,
  });
}
