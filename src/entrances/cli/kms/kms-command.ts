import type { Command } from "commander";
import type { CommandModule } from "../commands.ts";
import { addSettings, settingsOf } from "../settings.ts";

const HELP = `
Examples:
  kustody kms key init /etc/kustody/kms.keys --recovery /mnt/usb/kms.keys
  kustody kms serve --listen unix:///run/kustody/kms.sock --key local:///etc/kustody/kms.keys
  kustody kms key rotate /etc/kustody/kms.keys --recovery /mnt/usb/kms.keys
  kustody kms conform unix:///run/kustody/kms.sock`;

const SERVE_HELP = `
Keys (--key encrypts; --decrypt-key, given again and again, decrypts what older keys encrypted):
  local:///etc/kustody/kms.keys?passphrase-file=FILE
  vault-transit://vault.example:8200/transit/KEY?token-file=FILE
      &auth=token|approle|kubernetes|jwt|cert &auth-mount=PATH &role=NAME &role-id-file=FILE &secret-id-file=FILE
      &jwt-file=FILE &cert-file=FILE &key-file=FILE &ca-file=FILE &server-name=NAME &namespace=NAME &auth-namespace=NAME
  aws-kms://KEY-ARN-OR-ALIAS?region=NAME&endpoint=URL&context.NAME=VALUE
      credentials as the AWS SDK finds them: environment, files, web identity, container, instance
  azure-kv://VAULT.vault.azure.net/KEY[/VERSION]
      logs in by AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH or AZURE_FEDERATED_TOKEN_FILE with AZURE_TENANT_ID and
      AZURE_CLIENT_ID, or else by the machine's managed identity
  gcp-kms://projects/P/locations/L/keyRings/R/cryptoKeys/K?context.NAME=VALUE
      application default credentials: GOOGLE_APPLICATION_CREDENTIALS, or the machine's service account

While the key service cannot be reached, all goes on until --kek-age is over: this is also the longest delay until a
revocation takes effect. A key that the service refuses is an error at once.

Examples:
  kustody kms serve --listen unix:///run/kustody/kms.sock --key local:///etc/kustody/kms.keys
  kustody kms serve --listen unix:///run/kustody/kms.sock --key aws-kms://alias/kubernetes?region=eu-central-1 --kek-age 1h`;

const CONFORM_HELP = `
Sends requests to a running plugin, of any make, as an API server does and as one never should. It writes nothing anywhere.

Examples:
  kustody kms conform unix:///run/kustody/kms.sock
  kustody kms conform unix:///var/run/kmsplugin/socket.sock --output json

Exit codes: 0 it conforms, 1 it does not, 2 usage error or nobody answers.`;

const KEY_HELP = `
A rotation has two phases, so that every plugin can decrypt with the new key before one encrypts with it:
  1. 'rotate' stages a key that decrypts only. Copy the file to every control-plane node.
  2. 'rotate --activate' lets it encrypt. Copy the file again. Running plugins notice within seconds.
Then rewrite what is stored under the old key; it stays in the file to decrypt what is left.

Examples:
  kustody kms key init /etc/kustody/kms.keys --recovery /mnt/usb/kms.keys
  kustody kms key init /etc/kustody/kms.keys --recovery /mnt/usb/kms.keys --passphrase-file /run/credentials/kms
  kustody kms key rotate /etc/kustody/kms.keys --recovery /mnt/usb/kms.keys
  kustody kms key rotate /etc/kustody/kms.keys --recovery /mnt/usb/kms.keys --activate
  kustody kms key list /etc/kustody/kms.keys`;

const KEY_COMMANDS = ["init", "list", "rotate"] as const;
export type KeyCommand = (typeof KEY_COMMANDS)[number];
const KEY_SUMMARIES: Readonly<Record<KeyCommand, string>> = {
  init: "Create a file with a first key.",
  list: "Each key's id, when it was made, and whether it encrypts.",
  rotate: "Replace the key that encrypts, in two phases.",
};

export interface ServeFlags {
  readonly listen: string;
  readonly key: string;
  readonly decryptKey: readonly string[];
  readonly socketGroup?: string;
  readonly socketMode?: string;
  readonly allowAbstractSocket?: boolean;
  readonly kekAge: string;
  readonly apiVersion: string;
}

export interface KeyFlags {
  /** Not of `list`, which writes nothing. */
  readonly recovery?: string;
  readonly passphraseFile?: string;
  readonly activate?: boolean;
}

export const define: CommandModule["define"] = (command, terminal, exit) => {
  command.description("The KMS v2 plugin, which encrypts Secrets at rest with a key kept elsewhere.");
  command.addHelpText("after", HELP);
  defineServe(command.command("serve"), async (serve, flags) => {
    const { config } = await settingsOf(serve);
    await (await import("./run-kms-serve.ts")).runKmsServe(flags, config, terminal);
    exit(0);
  });
  const key = command.command("key").description("Files of local keys.").addHelpText("after", KEY_HELP);
  for (const name of KEY_COMMANDS) {
    defineKey(key.command(name), name, async (file, flags) => {
      await (await import("./run-kms-key.ts")).runKmsKey(name, file, flags, terminal);
      exit(0);
    });
  }
  const conform = command.command("conform").description("Test any KMS v2 plugin against what Kubernetes asks of it.");
  conform.argument("<unix:///path>", "the plugin's socket").addHelpText("after", CONFORM_HELP);
  addSettings(conform, ["output"]);
  conform.action(async (endpoint: string) => {
    const { config } = await settingsOf(conform);
    exit(await (await import("./run-kms-conform.ts")).runKmsConform(endpoint, config, terminal));
  });
  key.action(() => key.help({ error: true }));
  command.action(() => command.help({ error: true }));
};

function defineServe(serve: Command, run: (serve: Command, flags: ServeFlags) => Promise<void>): void {
  const more = (value: string, before: readonly string[]): readonly string[] => [...before, value];
  serve
    .description("Serve KMS v2 to an API server on a Unix socket.")
    .requiredOption("--listen <unix:///path>", "the socket, as in the EncryptionConfiguration's endpoint")
    .requiredOption("--key <uri>", "the key that encrypts")
    .option("--decrypt-key <uri>", "a key that encrypted before; can be repeated", more, [])
    .option("--socket-group <group>", "let this group connect (default: nobody but the owner)")
    .option("--socket-mode <octal>", "permissions of the socket (default: 600, with a group 660)")
    .option("--allow-abstract-socket", "serve on unix:///@name, which anybody on the machine may use")
    .option("--kek-age <duration>", "how long to go on without the key service", "24h")
    .option("--api-version <v2|v2beta1>", "what Status answers: v2beta1 in the place of a plugin that did", "v2")
    .addHelpText("after", SERVE_HELP)
    .action((flags: ServeFlags) => run(serve, flags));
  addSettings(serve, ["log.level", "log.format", "metrics.listen"]);
}

function defineKey(command: Command, name: KeyCommand, run: (file: string, flags: KeyFlags) => Promise<void>): void {
  command.description(KEY_SUMMARIES[name]).argument("<file>", "the file of keys");
  if (name !== "list") {
    command.requiredOption("--recovery <file>", "a second copy on another disk: without the keys every Secret is lost");
  }
  command.option("--passphrase-file <file>", "the keys are protected by the passphrase in this file");
  if (name === "rotate") command.option("--activate", "the second phase: let the staged key encrypt");
  command.addHelpText("after", KEY_HELP).action(run);
}
