import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { BinarySource } from "./catalog.ts";

const run = promisify(execFile);

/** `<folder>/<name>` when that is a file which we may execute. */
export async function executableIn(folder: string, name: string): Promise<string | undefined> {
  const file = join(folder, name);
  return access(file, constants.X_OK).then(
    () => file,
    () => undefined,
  );
}

/** The first executable of that name on the PATH, whatever its version. */
export async function onPath(path: readonly string[], name: string): Promise<string | undefined> {
  for (const folder of path) {
    const file = await executableIn(folder, name);
    if (file !== undefined) return file;
  }
  return undefined;
}

/** Whether a binary that somebody installed is of the minor version that the lab is made for. */
export async function isSameMinor(file: string, source: BinarySource, pinned: string): Promise<boolean> {
  const { stdout } = await run(file, [...source.versionArgs], { timeout: 10_000, maxBuffer: 64 * 1024 }).catch(() => ({
    stdout: "",
  }));
  return sameMinor(stdout, pinned);
}

/** Whether the first version in `output` has the major and minor number of `pinned`. Pure. */
export function sameMinor(output: string, pinned: string): boolean {
  const found = /\bv?(\d+\.\d+)\.\d+/.exec(output)?.[1];
  return found !== undefined && pinned.startsWith(`${found}.`);
}
