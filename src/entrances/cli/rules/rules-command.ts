import type { Command } from "commander";
import type { CommandModule } from "../commands.ts";
import type { Terminal } from "../terminal.ts";
import { runRulesList } from "./run-rules-list.ts";
import { runRulesShow } from "./run-rules-show.ts";
import { runRulesTest } from "./run-rules-test.ts";

const HELP = `
Examples:
  kustody rules list                              every rule of our catalogue
  kustody rules list vault                        those with this word in their id, description or keywords
  kustody rules list --config .gitleaks.toml --output json
  kustody rules show github-pat                   what it finds, where that is documented, what to do about a leak
  kustody rules test --config .gitleaks.toml      is each of its rules sound: pattern, keywords, time
  kustody rules test --config .gitleaks.toml sample.yaml
  echo "$LINE" | kustody rules test --rule github-pat -

Exit codes of test: 0 no rule is unsound and, where there is a text, one matches; 1 else; 2 usage or input error.`;

type Exit = (code: number) => void;

export const define: CommandModule["define"] = (command, terminal, exit) => {
  command
    .description("The rules by which the scanner finds secrets.")
    .addHelpText("after", HELP)
    .action(() => command.help({ error: true }));
  defineList(command.command("list"), terminal, exit);
  defineShow(command.command("show"), terminal, exit);
  defineTest(command.command("test"), terminal, exit);
};

const CONFIG = [
  "-c, --config <file>",
  "the rules of this gitleaks.toml (default: those that 'kustody scan' would use here)",
] as const;
const OUTPUT = ["-o, --output <format>", "text or json", "text"] as const;

function defineList(command: Command, terminal: Terminal, exit: Exit): void {
  command
    .description("Lists rules.")
    .argument("[word]", "only those with this word in their id, description or keywords")
    .option(...CONFIG)
    .option(...OUTPUT)
    .action(async (word: string | undefined, flags: { config?: string; output: string }) => {
      exit(await runRulesList({ word, ...flags, terminal }));
    });
}

function defineShow(command: Command, terminal: Terminal, exit: Exit): void {
  command
    .description("Shows one rule.")
    .argument("<id>", "a rule's id")
    .option(...CONFIG)
    .option(...OUTPUT)
    .action(async (id: string, flags: { config?: string; output: string }) => {
      exit(await runRulesShow({ id, ...flags, terminal }));
    });
}

function defineTest(command: Command, terminal: Terminal, exit: Exit): void {
  command
    .description("Tells whether rules are sound, and which of them match a text.")
    .argument("[file]", "a text to try them on; - is standard input")
    .option(...CONFIG)
    .option(...OUTPUT)
    .option("--rule <id>", "this rule alone")
    .option("--as <path>", "take the text for that of this file, whose name rules may ask for")
    .action(
      async (file: string | undefined, flags: { config?: string; output: string; rule?: string; as?: string }) => {
        exit(await runRulesTest({ file, ...flags, terminal }));
      },
    );
}
