import {
  activateLocalKey,
  initLocalKeys,
  LOCAL_KEY_ID,
  type LocalKeyFiles,
  stageLocalKey,
} from "../../../kernel/keys/local/change-local-keys.ts";
import { disposeLocalKeys } from "../../../kernel/keys/local/local-keys.ts";
import { loadLocalKeys } from "../../../kernel/keys/local/local-keys-file.ts";
import { readPassphrase } from "../../../kernel/keys/local/read-passphrase.ts";
import { systemClock } from "../../../kernel/observe/clock.ts";
import type { Terminal } from "../terminal.ts";
import type { KeyCommand, KeyFlags } from "./kms-command.ts";

/** Creates, rotates or lists a file of local keys and says what comes next. */
export async function runKmsKey(name: KeyCommand, file: string, flags: KeyFlags, terminal: Terminal): Promise<void> {
  const { recovery, passphraseFile, activate } = flags;
  using passphrase = await readPassphrase(passphraseFile);
  const say = (line: string): void => void terminal.stdout.write(`${line}\n`);
  if (recovery === undefined) {
    const keys = await loadLocalKeys(file, passphrase);
    for (const { id, state, createdAt } of keys.keys) say(`${LOCAL_KEY_ID}${id}  ${state.padEnd(7)}  ${createdAt}`);
    disposeLocalKeys(keys);
    return;
  }
  const files: LocalKeyFiles = {
    file,
    recovery,
    clock: systemClock,
    ...(passphrase === undefined ? {} : { passphrase }),
  };
  if (name === "init") {
    const { active } = await initLocalKeys(files);
    say(`created ${active} in ${file}`);
    say(`recovery copy: ${recovery} – take it to another place; whoever has it can decrypt every Secret of a backup`);
  } else if (activate === true) {
    const { active } = await activateLocalKey(files);
    say(`${active} encrypts from now on, and what it replaces decrypts only`);
    say(`next: copy ${file} to every control-plane node, then rewrite what is stored`);
  } else {
    const { staged } = await stageLocalKey(files);
    say(`${staged} is staged: it decrypts, and does not encrypt yet`);
    say(`next: copy ${file} to every control-plane node, then run this again with --activate`);
  }
}
