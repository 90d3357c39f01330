import { randomUUID } from "node:crypto";
import { link, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import type { LocalKeys } from "./local-keys.ts";
import { readLocalKeys, writeLocalKeys } from "./local-keys-format.ts";

const LARGEST = 1024 * 1024;

/** The keys in a file that nobody but its owner and root may read. Errors: KST_KEY_FILE. */
export async function loadLocalKeys(file: string, passphrase: Secret | undefined): Promise<LocalKeys> {
  using content = await readPrivateFile(file, "the keys");
  const read = await readLocalKeys(content, passphrase);
  if ("keys" in read) return read.keys;
  throw new KustodyError("KST_KEY_FILE", `${file} ${read.wrong}`, {
    hint: "put the recovery copy in its place, or give --passphrase-file if one protects it",
  });
}

/** What stands in a file that nobody but its owner and root may read. Errors: KST_KEY_FILE. */
export async function readPrivateFile(file: string, what: string): Promise<Secret> {
  const handle = await open(file, "r").catch((cause: unknown) => {
    throw new KustodyError("KST_KEY_FILE", `cannot read ${what} in ${file}`, { hint: "check the path", cause });
  });
  try {
    const { mode, uid, size } = await handle.stat();
    const mine = process.geteuid?.();
    if ((mode & 0o077) !== 0 || (mine !== undefined && uid !== mine && uid !== 0)) {
      throw new KustodyError("KST_KEY_FILE", `others may read or own ${file}`, {
        hint: `run: chmod 600 ${file}, and consider what is in it known to others`,
      });
    }
    if (size > LARGEST) throw new KustodyError("KST_KEY_FILE", `${file} is too large`, { hint: "check the path" });
    return Secret.fromBytes(await handle.readFile());
  } finally {
    await handle.close();
  }
}

/**
 * Writes keys at once and for good: (1) a new file, (2) on disk, (3) read again, (4) renamed into place, (5) the folder on disk.
 * Without `replace` an existing file stays and is an error. Errors: KST_KEY_FILE.
 */
export async function saveLocalKeys(
  file: string,
  keys: LocalKeys,
  passphrase: Secret | undefined,
  replace: boolean,
): Promise<void> {
  using content = await writeLocalKeys(keys, passphrase);
  const draft = `${file}.${randomUUID()}`;
  try {
    const handle = await open(draft, "wx", 0o600); // (1)
    try {
      await handle.writeFile(content.unwrap());
      await handle.sync(); // (2)
    } finally {
      await handle.close();
    }
    using again = await readPrivateFile(draft, "the keys just written"); // (3)
    if (!again.equals(content)) throw new KustodyError("KST_KEY_FILE", `${file} was not written as it should be`);
    // A link fails where a file is already; a rename replaces it.
    await (replace ? rename(draft, file) : link(draft, file)); // (4)
    const folder = await open(dirname(file), "r");
    try {
      await folder.sync(); // (5)
    } finally {
      await folder.close();
    }
  } catch (cause) {
    if (cause instanceof KustodyError) throw cause;
    const exists = (cause as NodeJS.ErrnoException).code === "EEXIST";
    throw new KustodyError("KST_KEY_FILE", exists ? `${file} is there already` : `cannot write ${file}`, {
      hint: exists ? "nothing was changed; keys are never written over" : "check that the folder exists and has room",
      cause,
    });
  } finally {
    await rm(draft, { force: true });
  }
}
