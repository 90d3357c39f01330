import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { KustodyError } from "../errors.ts";
import { Secret } from "../secret/secret.ts";

/**
 * Writes a file so that a crash leaves the old content or the new one, never a part: a draft beside it, flushed, takes its
 * place. Mode 0600 unless told. A door, for files that hold keys. Errors: KST_OUTPUT.
 */
export async function replaceFile(path: string, content: string | Uint8Array | Secret, mode = 0o600): Promise<void> {
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString("hex")}`);
  try {
    try {
      await using file = await open(draft, "wx", mode);
      // The process's umask may have taken bits away.
      await file.chmod(mode);
      await file.writeFile(content instanceof Secret ? content.unwrap() : content);
      await file.sync();
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    await rename(draft, path);
    await using folder = await open(dirname(path), "r");
    await folder.sync();
  } catch (cause) {
    throw new KustodyError("KST_OUTPUT", `cannot write ${path}`, {
      hint: "check the folder, its permissions and the room on the disk",
      cause,
    });
  }
}
