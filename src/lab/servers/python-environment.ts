import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { KustodyError } from "../../kernel/errors.ts";
import { withLock } from "../binaries/cache-lock.ts";
import { executableIn, onPath } from "../binaries/find.ts";
import { modulesFolder } from "../binaries/pinned-version.ts";
import { readLabEnvironment } from "../environment.ts";
import type { ServerStartOptions } from "./server-run.ts";

const run = promisify(execFile);

/**
 * The Python of an environment that has exactly what `modules/<name>/requirements.txt` pins, hashes included. Made once
 * with the machine's python3 and kept in the cache, by the digest of that file; whole or not at all.
 *
 * Errors: KST_LAB_BINARY_MISSING without python3, KST_LAB_BUILD_FAILED when pip can't install.
 */
export async function ensurePython(name: string, options: ServerStartOptions = {}): Promise<string> {
  const environment = options.environment ?? readLabEnvironment();
  const onProgress = options.onProgress ?? (() => undefined);
  const requirements = join(modulesFolder(), name, "requirements.txt");
  const digest = createHash("sha256")
    .update(await readFile(requirements))
    .digest("hex")
    .slice(0, 12);
  const folder = join(environment.cache, `${name}-${digest}`);
  const ready = () => executableIn(join(folder, "bin"), "python");
  const atHand = await ready();
  if (atHand !== undefined) return atHand;

  const python = await onPath(environment.path, "python3");
  if (python === undefined) {
    throw new KustodyError("KST_LAB_BINARY_MISSING", `${name} needs python3, which is not on this machine`, {
      hint: "install Python 3.10 or newer with its venv module (Debian: apt-get install python3-venv)",
    });
  }
  await mkdir(environment.cache, { recursive: true });
  const onWait = () => onProgress(`waiting for another process that installs ${name}`);
  return await withLock(`${folder}.lock`, { onWait, signal: options.signal }, async () => {
    const meanwhile = await ready();
    if (meanwhile !== undefined) return meanwhile;
    const partial = `${folder}.${process.pid}.partial`;
    const how = { env: environment.all, cwd: "/", timeout: 10 * 60_000, maxBuffer: 16 * 1024 * 1024 };
    const limit = options.signal === undefined ? how : { ...how, signal: options.signal };
    try {
      onProgress(`installing ${name} with pip (kept afterwards)`);
      await run(python, ["-m", "venv", partial], limit);
      const pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--only-binary=:all:",
      ];
      const pinned = ["--require-hashes", "--requirement", requirements];
      await run(join(partial, "bin", "python"), [...pip, ...pinned], limit);
      // What is there without a working python: the machine's own was replaced since.
      await rm(folder, { recursive: true, force: true });
      await rename(partial, folder);
    } catch (cause) {
      options.signal?.throwIfAborted();
      throw new KustodyError("KST_LAB_BUILD_FAILED", `pip could not install ${name}`, {
        hint: "it needs the network, and Python 3.10 or newer with its venv module",
        cause,
      });
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
    return join(folder, "bin", "python");
  });
}
