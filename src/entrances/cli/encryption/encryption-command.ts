import type { Command } from "commander";
import type { CommandModule } from "../commands.ts";
import { addSettings, settingsOf } from "../settings.ts";
import { addEtcdFlags, type EtcdFlags } from "./etcd-flags.ts";

const HELP = `
Examples:
  kustody encryption status --snapshot backup.db        what a snapshot holds, encrypted by which key or not at all
  kustody encryption status --etcd https://127.0.0.1:2379 --cacert ca.crt --cert client.crt --key client.key
  kustody encryption migrate --etcd https://127.0.0.1:2379 --cacert ca.crt --cert client.crt --key client.key`;

const STATUS_HELP = `
Examples:
  kustody encryption status --etcd https://127.0.0.1:2379 --cacert /etc/kubernetes/pki/etcd/ca.crt \\
    --cert /etc/kubernetes/pki/etcd/healthcheck-client.crt --key /etc/kubernetes/pki/etcd/healthcheck-client.key
  kustody encryption status --snapshot backup.db --output json
  kustody encryption status --data-dir /var/lib/etcd    a stopped member's data, its write-ahead log included
  kustody encryption status                             without etcd: what the API servers' metrics tell, which is less

Nothing is decrypted: etcd's values say by themselves which provider and key wrote them.
Exit codes: 0 all is encrypted with the key that writes now, 1 findings at or above --fail-on, 2 usage or input error.`;

export interface StatusFlags extends EtcdFlags {
  readonly snapshot?: string;
  readonly wal?: string;
  readonly dataDir?: string;
  readonly resource: readonly string[];
  readonly etcdPrefix: string;
  readonly names: string;
  readonly objects?: string;
  readonly encryptionConfig?: string;
  readonly apiServer?: readonly string[];
}

const MIGRATE_HELP = `
Examples:
  kustody encryption migrate --dry-run --etcd https://127.0.0.1:2379 --cacert ca.crt --cert client.crt --key client.key
  kustody encryption migrate --api-server https://10.0.0.1:6443 https://10.0.0.2:6443 https://10.0.0.3:6443 \\
    --etcd https://10.0.0.1:2379 https://10.0.0.2:2379 https://10.0.0.3:2379 --cacert ca.crt --cert client.crt --key client.key
  kustody encryption migrate                     without etcd: rewrites every Secret, and can prove nothing

Each stale object is written again by an empty patch; its value is never read. It can be interrupted at any time: the same
command goes on with what is left. Compaction and defragmentation come last; a member answers nobody while it is defragmented.
Exit codes: 0 all is written with one key, 1 something is left, 2 usage or input error, or the API servers don't agree.`;

/** What `migrate` takes. */
export interface MigrateFlags extends EtcdFlags {
  readonly resource: readonly string[];
  readonly etcdPrefix: string;
  readonly encryptionConfig?: string;
  readonly apiServer?: readonly string[];
  readonly wait: string;
  readonly rate: string;
  readonly concurrency: string;
  readonly dryRun?: boolean;
  readonly storageVersionMigration?: boolean;
  readonly reclaim: boolean;
}

const INIT_HELP = `
Examples:
  kustody encryption init --dry-run                          what would be written, and what follows
  kustody encryption init --distribution kubeadm --plugin static-pod --image registry.example/kustody:1 \\
    --plugin-key 'vault-transit://vault.example:8200/transit/kubernetes?token-file=/etc/kustody/token'
  kustody encryption init --single-api-server --plugin systemd --plugin-key local:///etc/kustody/kms.keys
  kustody encryption init --step only --etcd https://127.0.0.1:2379 --cacert ca.crt --cert client.crt --key client.key

The providers that are there stay for reading. Each run goes one step: 'read' lets every API server decrypt with the plugin,
'write' lets it encrypt, and after 'kustody encryption migrate' 'only' removes the others. So one moves from another plugin, too.
Files are written at once, mode 0600, and what was there is kept beside them.`;

/** What `init` takes; `--key` of etcd's client certificate is apart from the plugin's. */
export interface InitFlags extends EtcdFlags {
  readonly file: string;
  readonly name: string;
  readonly endpoint: string;
  readonly resource: readonly string[];
  readonly etcdPrefix: string;
  readonly step?: string;
  readonly singleApiServer?: boolean;
  readonly distribution: string;
  readonly plugin?: string;
  readonly pluginKey?: string;
  readonly pluginFile?: string;
  readonly image?: string;
  readonly program: string;
  readonly dryRun?: boolean;
}

const ROTATE_HELP = `
Examples:
  kustody encryption rotate --key-file /etc/kustody/kms.keys --recovery /mnt/usb/kms.keys              a local key of the plugin
  kustody encryption rotate --key-file /etc/kustody/kms.keys --recovery /mnt/usb/kms.keys --activate
  kustody encryption rotate --file /etc/kubernetes/encryption/config.yaml                              a key in the file itself
  kustody encryption rotate --file /etc/kubernetes/encryption/config.yaml --activate
  kustody encryption rotate --follow kustody                          after a rotation in the key service: until all use it

Two phases, so that every API server can decrypt with the new key before one encrypts with it: copy the file to every
control-plane node after each. What has arrived is read from each API server's metrics: name each with --api-server.
Then: kustody encryption migrate, and for keys in the file --remove-old, with --etcd for the proof.`;

/** What `rotate` takes. */
export interface RotateFlags extends EtcdFlags {
  readonly file?: string;
  readonly keyFile?: string;
  readonly recovery?: string;
  readonly passphraseFile?: string;
  readonly follow?: string;
  readonly activate?: boolean;
  readonly removeOld?: boolean;
  readonly etcdPrefix: string;
  readonly apiServer?: readonly string[];
  readonly wait: string;
}

const SETTINGS = ["kubeconfig", "context", "output", "failOn", "color"];

export const define: CommandModule["define"] = (command, terminal, exit) => {
  command
    .description("Encryption at rest: proof from etcd's raw bytes, and what leads there.")
    .addHelpText("after", HELP);
  const status = command.command("status");
  defineStatus(status, async (flags) => {
    const { config } = await settingsOf(status);
    exit(await (await import("./run-status.ts")).runStatus(flags, config, terminal));
  });
  const migrate = command.command("migrate");
  defineMigrate(migrate, async (flags) => {
    const { config } = await settingsOf(migrate);
    exit(await (await import("./run-migrate.ts")).runMigrate(flags, config, terminal));
  });
  const init = command.command("init");
  defineInit(init, async (flags) => exit(await (await import("./run-init.ts")).runInit(flags, terminal)));
  const rotate = command.command("rotate");
  defineRotate(rotate, async (flags) => {
    const { config } = await settingsOf(rotate);
    exit(await (await import("./run-rotate.ts")).runRotate(flags, config, terminal));
  });
  command.action(() => command.help({ error: true }));
};

function defineStatus(status: Command, run: (flags: StatusFlags) => Promise<void>): void {
  status.description("How every object in etcd is encrypted: by which provider, key and seed, or not at all.");
  addEtcdFlags(status);
  status
    .option("--snapshot <file>", "a snapshot by etcdctl or etcdutl, or a copy of member/snap/db")
    .option("--wal <folder>", "with --snapshot: the member's write-ahead log, which holds old values too")
    .option("--data-dir <folder>", "a stopped member's data folder: --snapshot and --wal in one");
  addStoredFlags(status);
  status
    .option("--names <number>", "how many objects of each resource are listed by name", "1000")
    .option("--objects <file>", "write a line of JSON for every object there")
    .addHelpText("after", STATUS_HELP)
    .action(run);
  addSettings(status, SETTINGS);
}

function defineMigrate(migrate: Command, run: (flags: MigrateFlags) => Promise<void>): void {
  migrate.description("Write again what is stored under an old key, or unencrypted.");
  addEtcdFlags(migrate);
  addStoredFlags(migrate);
  migrate
    .option("--dry-run", "tell what is stale, and change nothing")
    .option("--wait <duration>", "how long to wait for the API servers to agree", "5m")
    .option("--rate <number>", "objects a second at most", "100")
    .option("--concurrency <number>", "requests at a time", "8")
    .option("--storage-version-migration", "let the cluster's own controller do it, where the API is served")
    .option("--no-reclaim", "leave compaction and defragmentation to somebody else")
    .addHelpText("after", MIGRATE_HELP)
    .action(run);
  addSettings(migrate, ["kubeconfig", "context", "output"]);
}

function defineInit(init: Command, run: (flags: InitFlags) => Promise<void>): void {
  init.description("Write an EncryptionConfiguration with the KMS plugin, and what runs the plugin; step by step.");
  init
    .option("--file <path>", "the EncryptionConfiguration", "/etc/kubernetes/encryption/config.yaml")
    .option("--name <name>", "the provider's name, which becomes part of every value", "kustody")
    .option("--endpoint <unix:///path>", "the plugin's socket", "unix:///run/kustody/kms.sock")
    .option("--resource <name...>", "resources of a new entry", ["secrets"])
    .option("--step <read|write|only>", "go to this step (default: the next)")
    .option("--single-api-server", "there is one API server only: begin with writing")
    .option("--distribution <name>", "kubeadm, k3s, rke2 or manual", "manual")
    .option("--plugin <static-pod|systemd>", "also write what runs the plugin")
    .option("--plugin-key <uri>", "the key, as 'kustody kms serve' takes it")
    .option("--plugin-file <path>", "where that is written (default: where kubelet or systemd look)")
    .option("--image <image>", "image of the static pod")
    .option("--program <path>", "the program of the systemd unit", "/usr/local/bin/kustody")
    .option("--etcd-prefix <path>", "the API server's --etcd-prefix", "/registry")
    .option("--dry-run", "print, and write nothing");
  addEtcdFlags(init);
  init.addHelpText("after", INIT_HELP).action(run);
}

function defineRotate(rotate: Command, run: (flags: RotateFlags) => Promise<void>): void {
  rotate.description("Replace the key that encrypts, in two phases, and follow it into each API server.");
  rotate
    .option("--file <path>", "rotate a key that stands in this EncryptionConfiguration")
    .option("--key-file <file>", "rotate a local key of 'kustody kms serve'")
    .option("--recovery <file>", "with --key-file: the second copy, on another disk")
    .option("--passphrase-file <file>", "with --key-file: what protects both")
    .option("--follow <provider>", "wait until the API servers use another key of this KMS provider than now")
    .option("--activate", "the second phase: let the staged key encrypt")
    .option("--remove-old", "with --file: remove the keys that nothing in etcd is encrypted with any more")
    .option("--etcd-prefix <path>", "the API server's --etcd-prefix", "/registry")
    .option("--api-server <url...>", "each API server's own address")
    .option("--wait <duration>", "how long to wait for the API servers; 0s does not", "5m");
  addEtcdFlags(rotate);
  rotate.addHelpText("after", ROTATE_HELP).action(run);
  addSettings(rotate, ["kubeconfig", "context"]);
}

/** What is looked at, and what is known of the key that writes now. */
function addStoredFlags(command: Command): void {
  command
    .option("--resource <name...>", "resources to look at, such as secrets configmaps widgets.example.com", ["secrets"])
    .option("--etcd-prefix <path>", "the API server's --etcd-prefix", "/registry")
    .option("--encryption-config <file>", "the API server's file: its first provider is the one that writes")
    .option("--api-server <url...>", "each API server's own address: its metrics tell the key that writes");
}
