import { randomBytes } from "node:crypto";
import type { Config } from "../../../kernel/config/config-schema.ts";
import { KustodyError } from "../../../kernel/errors.ts";
import { printable } from "../../../kernel/finding/printable.ts";
import { activateLocalKey, type LocalKeyFiles, stageLocalKey } from "../../../kernel/keys/local/change-local-keys.ts";
import { readPassphrase } from "../../../kernel/keys/local/read-passphrase.ts";
import { systemClock } from "../../../kernel/observe/clock.ts";
import { Secret } from "../../../kernel/secret/secret.ts";
import { editYaml } from "../../../kernel/yaml/edit-yaml.ts";
import type { Expected } from "../../../practices/encryption/api-servers/agreement.ts";
import { observeServer } from "../../../practices/encryption/api-servers/observe.ts";
import {
  planStaticRotation,
  type RotationStep,
  type StaticRotation,
  staticKeyName,
} from "../../../practices/encryption/rotate/plan-static-rotation.ts";
import { keyIdHash, observeEtcd, storedResource } from "../../../practices/encryption/stored/index.ts";
import { openProgress } from "../progress.ts";
import type { Terminal } from "../terminal.ts";
import { untilInterrupted } from "../up/until-interrupted.ts";
import { configHashOf, configurationIn, readConfigurationFile } from "./configuration-file.ts";
import type { RotateFlags } from "./encryption-command.ts";
import { answering, withEtcd } from "./etcd-flags.ts";
import { milliseconds } from "./milliseconds.ts";
import { waitForServers } from "./wait-for-servers.ts";
import { withServers } from "./with-servers.ts";
import { writeWithBackup } from "./write-with-backup.ts";

type Say = (line: string) => void;

/** One phase of a rotation, and what has to be seen in each API server before the next. */
export async function runRotate(flags: RotateFlags, config: Config, terminal: Terminal): Promise<0> {
  const say: Say = (line) => void terminal.stdout.write(`${printable(line)}\n`);
  const kinds = [flags.file, flags.keyFile, flags.follow].filter((kind) => kind !== undefined);
  if (kinds.length !== 1) {
    throw new KustodyError("KST_USAGE", "give one of --file, --key-file and --follow", {
      hint: "they are for keys in the configuration, of a local file, and in a key service",
    });
  }
  const expected =
    flags.file !== undefined
      ? await rotateStatic(flags.file, flags, say)
      : flags.keyFile !== undefined
        ? await rotateLocal(flags.keyFile, flags, say)
        : await following(flags.follow ?? "", flags, config, terminal, say);
  const millis = milliseconds(flags.wait, "--wait");
  if (expected === undefined || millis === 0) return 0;
  const { signal } = untilInterrupted();
  using progress = openProgress(terminal);
  await withServers(config, flags.apiServer, terminal, async (servers) => {
    const told = await waitForServers(servers, expected, {
      millis,
      signal,
      onWait: (reason) => progress.report(reason),
    });
    progress.clear();
    for (const { server } of told) say(`${server}: has it`);
    if (!servers.named) say("if there are other API servers, name each with --api-server: they were not asked");
  });
  if (flags.activate === true || flags.follow !== undefined) say("next: kustody encryption migrate");
  return 0;
}

/** A key in the EncryptionConfiguration: what arrives is the file as a whole, by its hash. */
async function rotateStatic(file: string, flags: RotateFlags, say: Say): Promise<Expected> {
  const text = await readConfigurationFile(file);
  if (text === undefined) throw new KustodyError("KST_INPUT_UNREADABLE", `there is no ${file}`);
  const step: RotationStep = flags.removeOld === true ? "remove" : flags.activate === true ? "activate" : "stage";
  // aescbc, aesgcm and secretbox all take 32 bytes.
  const fresh = { name: staticKeyName(systemClock.now()), secret: Secret.fromBytes(randomBytes(32)) };
  const configuration = configurationIn(text, file);
  const plan = planStaticRotation(configuration, fresh, step);
  if (step === "remove") {
    await refuseUnlessUnused(flags, configuration.deciding?.resources ?? [], plan);
  }
  say(`${file}: ${plan.change}`);
  const next = plan.edits.length === 0 ? text : editYaml(text, plan.edits, file);
  if (plan.edits.length > 0) {
    configurationIn(next, file);
    say(`written; what was there is in ${await writeWithBackup(file, next, text)}`);
  }
  if (step === "stage") say(`next: copy ${file} to every API server's node, then run this again with --activate`);
  else say(`next: copy ${file} to every API server's node`);
  return { configHash: await configHashOf(file) };
}

async function refuseUnlessUnused(
  flags: RotateFlags,
  resources: readonly string[],
  plan: StaticRotation,
): Promise<void> {
  await withEtcd(flags, async (members) => {
    const etcd = await answering(members);
    if (etcd === undefined || resources.some((name) => name.startsWith("*"))) {
      throw new KustodyError(
        "KST_ENCRYPTION_CONFIG",
        "no key is removed without a proof that etcd has no value of it",
        {
          hint: "give --etcd; where a wildcard covers the resources, remove it by hand",
        },
      );
    }
    const report = await observeEtcd(etcd, {
      resources: resources.map((name) => storedResource(name, flags.etcdPrefix)),
      writing: () => ({ knownBy: "configuration", provider: plan.provider, name: plan.key }),
    });
    const left = report.resources.reduce(
      (sum, { keys }) =>
        sum +
        keys
          .filter(({ key }) => key.provider === plan.provider && key.name !== plan.key)
          .reduce((total, { objects }) => total + objects, 0),
      0,
    );
    if (left === 0) return;
    throw new KustodyError("KST_ENCRYPTION_CONFIG", `etcd has ${left} values under the keys that would be removed`, {
      hint: "run 'kustody encryption migrate' first",
    });
  });
}

/** A local key of the plugin. A staged one shows nowhere; an active one by the hash of its id. */
async function rotateLocal(file: string, flags: RotateFlags, say: Say): Promise<Expected | undefined> {
  if (flags.recovery === undefined) {
    throw new KustodyError("KST_USAGE", "--key-file needs --recovery: without the keys every Secret is lost");
  }
  using passphrase = await readPassphrase(flags.passphraseFile);
  const files: LocalKeyFiles = {
    file,
    recovery: flags.recovery,
    clock: systemClock,
    ...(passphrase === undefined ? {} : { passphrase }),
  };
  if (flags.activate !== true) {
    const { staged } = await stageLocalKey(files);
    say(`${staged} is staged: it decrypts, and does not encrypt yet`);
    say(`next: copy ${file} to every control-plane node, then run this again with --activate`);
    return undefined;
  }
  const { active } = await activateLocalKey(files);
  say(`${active} encrypts from now on`);
  say(`next: copy ${file} to every control-plane node`);
  return { keyIdHash: keyIdHash(active) };
}

/** A key that is rotated elsewhere: whatever the API servers use now is to be replaced. */
async function following(
  provider: string,
  flags: RotateFlags,
  config: Config,
  terminal: Terminal,
  say: Say,
): Promise<Expected> {
  return await withServers(config, flags.apiServer, terminal, async ({ each }) => {
    for (const kube of each) {
      const found = (await observeServer(kube)).providers.find(({ name }) => name === provider);
      if (found === undefined) continue;
      say(`${provider} writes with ${found.keyIdHash} now`);
      say("rotate the key in the key service, for example: vault write -f transit/keys/NAME/rotate");
      return { replaced: { provider, keyIdHash: found.keyIdHash } };
    }
    throw new KustodyError("KST_ENCRYPTION_CONFIG", `no API server reports a KMS v2 provider "${provider}"`, {
      hint: "its name is that in the EncryptionConfiguration; 'kustody encryption status' lists them",
    });
  });
}
