import { KustodyError } from "../../../kernel/errors.ts";
import { printable } from "../../../kernel/finding/printable.ts";
import { Secret } from "../../../kernel/secret/secret.ts";
import { editYaml, showYaml } from "../../../kernel/yaml/edit-yaml.ts";
import { writeYaml } from "../../../kernel/yaml/write-yaml.ts";
import { findingsIn } from "../../../model/world/findings-in.ts";
import { encryption } from "../../../practices/encryption/index.ts";
import { apiServerInstructions, distributionOf } from "../../../practices/encryption/init/api-server-flags.ts";
import {
  EMPTY_CONFIGURATION,
  type ProviderPlan,
  planProvider,
  type Step,
  type WantedProvider,
} from "../../../practices/encryption/init/plan-provider.ts";
import { staticPod, systemdUnit } from "../../../practices/encryption/init/plugin-files.ts";
import type { EncryptionConfiguration } from "../../../practices/encryption/model.ts";
import { observeEtcd, storedResource } from "../../../practices/encryption/stored/index.ts";
import type { Terminal } from "../terminal.ts";
import { configurationIn, readConfigurationFile } from "./configuration-file.ts";
import type { InitFlags } from "./encryption-command.ts";
import { answering, withEtcd } from "./etcd-flags.ts";
import { writeWithBackup } from "./write-with-backup.ts";

/** What the file's keys are called: they are never shown. */
export const HIDDEN = ["secret"];

/** What the checks see in place of each key. */
const SOME_KEY = Buffer.alloc(32, "key").toString("base64");

/** Plans, shows or writes, and says what comes next. */
export async function runInit(flags: InitFlags, terminal: Terminal): Promise<0> {
  const distribution = distributionOf(flags.distribution);
  const wanted = wantedOf(flags);
  const present = await readConfigurationFile(flags.file);
  const text = present ?? Secret.fromText(EMPTY_CONFIGURATION);
  const configuration = configurationIn(text, flags.file);
  const plan = planProvider(configuration, wanted);
  if (plan.step === "only" && plan.changes.length > 0) await refuseUnlessProven(flags, configuration, wanted);
  const next = plan.edits.length === 0 ? text : editYaml(text, plan.edits, flags.file);
  const shown = showYaml(next, HIDDEN, flags.file);
  const say = (line: string): void => void terminal.stdout.write(`${printable(line)}\n`);
  const print = (block: string): void => void terminal.stdout.write(block);

  for (const change of plan.changes) say(`${flags.file}: ${change}`);
  if (plan.changes.length === 0) say(`${flags.file}: nothing to change`);
  if (flags.dryRun === true) print(`--- ${flags.file}\n${shown}`);
  else if (plan.changes.length > 0) {
    const backup = await writeWithBackup(flags.file, next, present);
    say(`written${backup === undefined ? "" : `; what was there is in ${backup}`}`);
  }
  for (const { rule, message, fix } of findingsIn(encryption, showYaml(next, HIDDEN, flags.file, SOME_KEY))) {
    // Unencrypted writing is what the step of reading still has.
    if (plan.step === "read" && rule === "encryption/IdentityWritesFirst") continue;
    say(`warning: ${message}${fix === undefined ? "" : `; ${fix}`}`);
  }
  await plugin(flags, say, print);
  if (present === undefined) print(`\n${apiServerInstructions(distribution, flags.file, flags.endpoint)}`);
  print(`\n${whatNext(plan, flags)}`);
  return 0;
}

function wantedOf({ name, endpoint, resource, step, singleApiServer }: InitFlags): WantedProvider {
  if (!/^unix:\/\/\/[^\s@]+\/[^\s/]+$/.test(endpoint)) {
    throw new KustodyError("KST_USAGE", "--endpoint is a socket in a folder of its own: unix:///run/kustody/kms.sock");
  }
  const steps: readonly (Step | undefined)[] = ["read", "write", "only", undefined];
  const known = steps.find((one) => one === step);
  if (step !== undefined && known === undefined) throw new KustodyError("KST_USAGE", "--step is read, write or only");
  return {
    name,
    endpoint,
    resources: resource,
    singleServer: singleApiServer === true,
    ...(known === undefined ? {} : { step: known }),
  };
}

/** Whoever removes a provider makes unreadable what only it can decrypt: etcd has to show that there is nothing. */
async function refuseUnlessProven(
  flags: InitFlags,
  { entries }: EncryptionConfiguration,
  wanted: WantedProvider,
): Promise<void> {
  const covered = entries.find(({ covers }) => covers !== "not")?.resources ?? [];
  const unnamed = covered.filter((resource) => resource.startsWith("*"));
  await withEtcd(flags, async (members) => {
    const etcd = await answering(members);
    if (etcd === undefined || unnamed.length > 0) {
      const why =
        etcd === undefined ? "give --etcd" : `${unnamed.join(", ")} names no single resource: remove them by hand`;
      throw new KustodyError(
        "KST_ENCRYPTION_CONFIG",
        "nothing is removed without a proof that etcd has no value of it",
        { hint: why },
      );
    }
    const { resources } = await observeEtcd(etcd, {
      resources: covered.map((name) => storedResource(name, flags.etcdPrefix)),
      writing: () => ({ knownBy: "configuration", provider: "kms v2", name: wanted.name }),
    });
    const left = resources.flatMap(({ resource, keys }) =>
      keys
        .filter(({ key, state }) => state !== "plain" && !(key.provider === "kms v2" && key.name === wanted.name))
        .map(({ objects }) => `${objects} ${resource}`),
    );
    if (left.length === 0) return;
    throw new KustodyError("KST_ENCRYPTION_CONFIG", `etcd still has values of other providers: ${left.join(", ")}`, {
      hint: "run 'kustody encryption migrate' first",
    });
  });
}

async function plugin(flags: InitFlags, say: (line: string) => void, print: (block: string) => void): Promise<void> {
  if (flags.plugin === undefined) return;
  const { pluginKey: key, endpoint, image, program } = flags;
  if (key === undefined)
    throw new KustodyError("KST_USAGE", "--plugin needs --plugin-key, as 'kustody kms serve' takes it");
  if (flags.plugin !== "static-pod" && flags.plugin !== "systemd") {
    throw new KustodyError("KST_USAGE", "--plugin is static-pod or systemd");
  }
  if (flags.plugin === "static-pod" && image === undefined) {
    throw new KustodyError(
      "KST_USAGE",
      "--plugin static-pod needs --image, which every control-plane node can get without the cluster",
    );
  }
  const setup = { endpoint, key, program, image: image ?? "" };
  const isPod = flags.plugin === "static-pod";
  const content = isPod ? writeYaml(staticPod(setup)) : systemdUnit(setup);
  const file =
    flags.pluginFile ??
    (isPod ? "/etc/kubernetes/manifests/kustody-kms.yaml" : "/etc/systemd/system/kustody-kms.service");
  if (flags.dryRun === true) return print(`--- ${file}\n${content}`);
  const backup = await writeWithBackup(file, content, await readConfigurationFile(file));
  say(`${file}: written${backup === undefined ? "" : `; what was there is in ${backup}`}`);
  if (!isPod) say("start it: systemctl daemon-reload && systemctl enable --now kustody-kms");
}

/** The way that is left, by the step that this was. */
function whatNext({ step }: ProviderPlan, { file, name, dryRun }: InitFlags): string {
  const everywhere = `copy ${file} to every API server's node; each reads it within a minute, or when it is restarted`;
  const migrate =
    "kustody encryption migrate, with --api-server for each API server: waits for them, rewrites, and proves";
  const only = `kustody encryption init --step only, with --etcd: removes what ${name} replaced`;
  const steps =
    step === "read"
      ? [everywhere, "kustody encryption init again: lets it encrypt", everywhere, migrate, only]
      : step === "write"
        ? [everywhere, migrate, only]
        : step === "only"
          ? [everywhere]
          : [migrate, only];
  const list = steps.map((line, index) => `  ${index + 1}. ${line}\n`).join("");
  return `next:\n${dryRun === true ? "  0. the same without --dry-run\n" : ""}${list}`;
}
