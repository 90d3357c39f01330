import { randomBytes } from "node:crypto";
import { lstatSync, mkdirSync } from "node:fs";
import { mkdir, rm, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { KustodyError } from "../kernel/errors.ts";

/**
 * The folder where this user's runs are registered: `runs/<id>` links to the record of each, `data/<id>` holds the data
 * of those that were given no folder. It lies in /tmp, where others may write: only a real folder of our own will do.
 */
export function openRuntimeFolder(path: string): string {
  for (const folder of [path, join(path, "runs"), join(path, "data")]) {
    mkdirSync(folder, { mode: 0o700, recursive: true });
    const found = lstatSync(folder);
    if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0) continue;
    throw new KustodyError("KST_LAB_UNSAFE_FOLDER", `${folder} is not a folder that only you can write to`, {
      hint: "remove it, or name another with KUSTODY_LAB_RUNTIME_DIR",
    });
  }
  return path;
}

/** Makes a folder for throw-away data; `cleanOrphans` removes it when its owner could not. */
export async function makeThrowAwayFolder(runtime: string, name: string): Promise<string> {
  const folder = join(openRuntimeFolder(runtime), "data", `${name}-${randomBytes(6).toString("hex")}`);
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

/** Whether `folder` is one that `makeThrowAwayFolder` made: the only kind that the lab removes. */
export function isThrowAwayFolder(runtime: string, folder: string): boolean {
  const data = resolve(runtime, "data");
  return resolve(folder).startsWith(`${data}/`);
}

/** Registers a record, so that the next start finds it. Returns how to take the registration back. */
export async function registerRun(runtime: string, recordFile: string): Promise<() => Promise<void>> {
  const link = join(openRuntimeFolder(runtime), "runs", randomBytes(8).toString("hex"));
  await symlink(resolve(recordFile), link);
  return () => rm(link, { force: true });
}
