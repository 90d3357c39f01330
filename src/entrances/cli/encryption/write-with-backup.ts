import { mkdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { replaceFile } from "../../../kernel/files/replace-file.ts";
import type { Secret } from "../../../kernel/secret/secret.ts";

/** Replaces a file at once, mode 0600, and keeps what was there beside it. The backup's path, where there was something. */
export async function writeWithBackup(
  path: string,
  content: Secret | string,
  before: Secret | undefined,
): Promise<string | undefined> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  let backup: string | undefined;
  if (before !== undefined) {
    // kubelet passes over files that begin with a dot; any other beside a static pod's would be a second pod.
    const time = new Date().toISOString().replaceAll(/[-:.]/g, "");
    backup = join(dirname(path), `.${basename(path)}.before-${time}`);
    await replaceFile(backup, before);
  }
  await replaceFile(path, content);
  return backup;
}
