import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type LabEnvironment, readLabEnvironment } from "../environment.ts";
import { withLock } from "./cache-lock.ts";
import { BINARIES, type BinaryName, type BinarySource } from "./catalog.ts";
import { download, downloadUrl } from "./download.ts";
import { executableIn, isSameMinor, onPath } from "./find.ts";
import { goBuild } from "./go-build.ts";
import { pinnedVersion } from "./pinned-version.ts";

export type { BinaryName };

export interface EnsureOptions {
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
  readonly environment?: LabEnvironment;
}

/**
 * Paths of binaries that run. Each by itself, from the first that has it: KUBEBUILDER_ASSETS (taken as it is), PATH (when
 * of the pinned minor version), the cache, a download, a build with go. The last two go into the cache.
 *
 * @example
 * const paths = await ensureBinaries(["etcd"], { onProgress: console.error });
 */
export async function ensureBinaries<Name extends BinaryName>(
  names: readonly Name[],
  options: EnsureOptions = {},
): Promise<Map<Name, string>> {
  const found = new Map<Name, string>();
  for (const name of names) found.set(name, await ensureBinary(name, options));
  return found;
}

async function ensureBinary(name: BinaryName, options: EnsureOptions): Promise<string> {
  const environment = options.environment ?? readLabEnvironment();
  const onProgress = options.onProgress ?? (() => undefined);
  const source: BinarySource = BINARIES[name];
  const version = await pinnedVersion(source);
  const atHand =
    (environment.assets === undefined ? undefined : await executableIn(environment.assets, name)) ??
    (await fromPath(name, source, version, environment, onProgress)) ??
    (await executableIn(environment.cache, `${name}-${version}`));
  return atHand ?? fetchIntoCache(name, version, { ...options, environment, onProgress });
}

async function fromPath(
  name: BinaryName,
  source: BinarySource,
  version: string,
  environment: LabEnvironment,
  onProgress: (line: string) => void,
): Promise<string | undefined> {
  const file = await onPath(environment.path, name);
  if (file === undefined) return undefined;
  if (await isSameMinor(file, source, version)) return file;
  onProgress(`${file} is of another version than ${version}: not used`);
  return undefined;
}

/** Downloads or builds beside the final place and renames: a binary in the cache is always whole. */
async function fetchIntoCache(
  name: BinaryName,
  version: string,
  options: Required<Pick<EnsureOptions, "environment" | "onProgress">> & Pick<EnsureOptions, "signal">,
): Promise<string> {
  const { environment, onProgress, signal } = options;
  await mkdir(environment.cache, { recursive: true });
  const file = join(environment.cache, `${name}-${version}`);
  const onWait = (): void => onProgress(`waiting for another process that fetches ${name} ${version}`);
  return withLock(`${file}.lock`, { onWait, signal }, async () => {
    if ((await executableIn(environment.cache, `${name}-${version}`)) !== undefined) return file; // by whom we waited for
    const partial = `${file}.${process.pid}.partial`;
    try {
      const base = environment.downloadUrl;
      const downloaded =
        base !== undefined && (await download(downloadUrl(base, version, name), partial, { onProgress, signal }));
      if (!downloaded) await goBuild({ name, version, output: partial, environment, onProgress, signal });
      await rename(partial, file);
      return file;
    } finally {
      await rm(partial, { force: true });
    }
  });
}
