import { randomBytes, randomUUID } from "node:crypto";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { seal, unseal } from "../../crypto/aead.ts";
import { deriveKey } from "../../crypto/derive-key.ts";
import { KustodyError } from "../../errors.ts";
import type { Secret } from "../../secret/secret.ts";
import { decodeContent, encodeContent, type LocalContent } from "./local-format.ts";

const MAGIC = Buffer.from("kustody-local-1\n");
const SALT = 32;
/** The largest file that is read or written. */
const LARGEST = 64 * 1024 * 1024;

/** What a file looked like when it was read: if this is the same, so is the file. Undefined when there is none. */
export async function fileStamp(file: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeNs } = await stat(file, { bigint: true });
    return `${ino}/${size}/${mtimeNs}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw corrupt(file, "cannot be read", error);
  }
}

/**
 * Format: magic, salt (32 bytes), then AES-256-GCM under a key that HKDF makes from the store's key and the salt. The salt
 * is new at every write, so no nonce meets a key twice; magic and salt are authenticated.
 */
export async function loadLocalFile(file: string, key: Secret): Promise<LocalContent> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw corrupt(file, "cannot be read", error);
  });
  if (bytes.length > LARGEST) throw corrupt(file, `is larger than ${LARGEST} bytes`);
  const header = bytes.subarray(0, MAGIC.length + SALT);
  if (!header.subarray(0, MAGIC.length).equals(MAGIC)) throw corrupt(file, "does not begin as a local store does");
  using fileKey = deriveKey(key, "kustody local store", header.subarray(MAGIC.length));
  using plaintext = unseal(fileKey, bytes.subarray(header.length), header);
  if (plaintext === undefined) throw corrupt(file, "is damaged, or was encrypted with another key");
  const content = decodeContent(plaintext);
  if (content === undefined) throw corrupt(file, "has a content that cannot be understood");
  return content;
}

/** Replaces the file at once and for good: (1) a new file, (2) on disk, (3) renamed over the old, (4) the folder on disk. */
export async function saveLocalFile(
  file: string,
  key: Secret,
  content: LocalContent,
  stillAllowed: () => Promise<boolean>,
): Promise<void> {
  const header = Buffer.concat([MAGIC, randomBytes(SALT)]);
  using fileKey = deriveKey(key, "kustody local store", header.subarray(MAGIC.length));
  using plaintext = encodeContent(content);
  const bytes = Buffer.concat([header, seal(fileKey, plaintext, header)]);
  if (bytes.length > LARGEST) throw new RangeError("the local store is full");
  const draft = `${file}.${randomUUID()}`;
  try {
    const handle = await open(draft, "wx", 0o600); // (1)
    try {
      await handle.writeFile(bytes);
      await handle.sync(); // (2)
    } finally {
      await handle.close();
    }
    if (!(await stillAllowed())) {
      throw new KustodyError("KST_LOCAL_STORE_BUSY", `the lock on ${file} was lost`, {
        hint: "look for a second process that writes it",
        retry: "backoff",
      });
    }
    await rename(draft, file); // (3)
    const folder = await open(path.dirname(file), "r");
    try {
      await folder.sync(); // (4)
    } finally {
      await folder.close();
    }
  } finally {
    await rm(draft, { force: true });
  }
}

function corrupt(file: string, why: string, cause?: unknown): KustodyError {
  return new KustodyError("KST_LOCAL_STORE_CORRUPT", `the local store ${file} ${why}`, {
    hint: "restore the file from a backup, or give the key that it was written with; nothing was overwritten",
    cause,
  });
}
