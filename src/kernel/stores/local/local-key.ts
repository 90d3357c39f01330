import { randomBytes } from "node:crypto";
import { open } from "node:fs/promises";
import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";

const KEY_BYTES = 32;

/** A key given as base64 of 32 bytes, as in KUSTODY_LOCAL_KEY. A door. */
export function parseLocalKey(text: Secret, from: string): Secret {
  const encoded = text.unwrap().toString("latin1").trim();
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.length === KEY_BYTES && bytes.toString("base64").replace(/=+$/, "") === encoded.replace(/=+$/, "")) {
    return Secret.fromBytes(bytes);
  }
  bytes.fill(0);
  throw new KustodyError(
    "KST_LOCAL_STORE_KEY",
    `the local store's key in ${from} is not base64 of ${KEY_BYTES} bytes`,
    {
      hint: "create one with: openssl rand -base64 32",
    },
  );
}

/**
 * The key in a file that only its owner may read. `create` makes a new one where there is none: allowed only when there is
 * no store yet, since a new key would make an existing one unreadable for good.
 */
export async function readLocalKey(file: string, create: boolean): Promise<Secret> {
  if (create) await createKey(file);
  const handle = await open(file, "r").catch((cause: unknown) => {
    throw new KustodyError("KST_LOCAL_STORE_KEY", `cannot read the local store's key ${file}`, {
      hint: "give the key that the store was written with, as this file or in KUSTODY_LOCAL_KEY",
      cause,
    });
  });
  try {
    const { mode, uid } = await handle.stat();
    const mine = process.geteuid?.();
    if ((mode & 0o077) !== 0 || (mine !== undefined && uid !== mine && uid !== 0)) {
      throw new KustodyError("KST_LOCAL_STORE_KEY", `others may read or own the local store's key ${file}`, {
        hint: `run: chmod 600 ${file}, and consider the key known to others`,
      });
    }
    using text = Secret.fromBytes(await handle.readFile());
    return parseLocalKey(text, file);
  } finally {
    await handle.close();
  }
}

async function createKey(file: string): Promise<void> {
  try {
    const handle = await open(file, "wx", 0o600);
    try {
      await handle.writeFile(`${randomBytes(KEY_BYTES).toString("base64")}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Another process was faster, or there is one already: that one counts.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      throw new KustodyError("KST_LOCAL_STORE_KEY", `cannot create the local store's key ${file}`, {
        hint: "check that the folder exists and is writable",
        cause: error,
      });
    }
  }
}
