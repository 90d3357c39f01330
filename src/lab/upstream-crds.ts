import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KustodyError } from "../kernel/errors.ts";
import type { AnyObject } from "../kernel/kube/object/resources.ts";
import { parseYaml } from "../kernel/yaml/parse-yaml.ts";
import { withLock } from "./binaries/cache-lock.ts";
import { moduleFolder } from "./binaries/module-folder.ts";
import { modulesFolder, requiredVersion } from "./binaries/pinned-version.ts";
import { type LabEnvironment, readLabEnvironment } from "./environment.ts";

const MODULE = "github.com/external-secrets/external-secrets";

/** Those that Kustody serves as well; upstream has twenty more, of generators and of pushing. */
const PLURALS = ["externalsecrets", "secretstores", "clustersecretstores"] as const;

export interface UpstreamCrdsOptions {
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
  readonly environment?: LabEnvironment;
}

/**
 * External Secrets Operator's own CustomResourceDefinitions of ExternalSecret, SecretStore and ClusterSecretStore, as
 * its Go module of the version in `modules/external-secrets-crds/go.mod` carries them. They are not part of Kustody: Go
 * downloads the module and checks it against go.sum, once; then they are in the lab's cache.
 *
 * Errors: KST_LAB_BINARY_MISSING without `go`, KST_LAB_BUILD_FAILED when the module cannot be had.
 */
export async function upstreamCrds(options: UpstreamCrdsOptions = {}): Promise<AnyObject[]> {
  const environment = options.environment ?? readLabEnvironment();
  const folder = join(modulesFolder(), "external-secrets-crds");
  const version = requiredVersion(await readFile(join(folder, "go.mod"), "utf8"), MODULE);
  const file = join(environment.cache, `external-secrets-crds-${version}.json`);
  const cached = await readCached(file);
  if (cached !== undefined) return cached;
  await mkdir(environment.cache, { recursive: true });
  const onProgress = options.onProgress ?? (() => undefined);
  const onWait = (): void =>
    onProgress("waiting for another process that fetches the CRDs of External Secrets Operator");
  return withLock(`${file}.lock`, { onWait, signal: options.signal }, async () => {
    const present = await readCached(file);
    if (present !== undefined) return present;
    onProgress(`downloading the CRDs of External Secrets Operator ${version} with go`);
    const source = await moduleFolder("external-secrets-crds", MODULE, { environment, signal: options.signal });
    const crds = await Promise.all(PLURALS.map((plural) => readCrd(source, plural)));
    const partial = `${file}.${process.pid}.partial`;
    try {
      await writeFile(partial, JSON.stringify(crds));
      await rename(partial, file);
    } finally {
      await rm(partial, { force: true });
    }
    return crds;
  });
}

async function readCached(file: string): Promise<AnyObject[] | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as AnyObject[]);
}

/**
 * The folder with the files of External Secrets Operator's Go module, its Helm chart (without the definitions) among
 * them; read-only. Errors as `upstreamCrds`.
 */
export async function upstreamFolder(options: UpstreamCrdsOptions = {}): Promise<string> {
  return await moduleFolder("external-secrets-crds", MODULE, options);
}

async function readCrd(source: string, plural: string): Promise<AnyObject> {
  const file = join(source, "config", "crds", "bases", `external-secrets.io_${plural}.yaml`);
  const reading = parseYaml(await readFile(file, "utf8"));
  if (!reading.ok) throw new KustodyError("KST_LAB_BUILD_FAILED", `${file}: line ${reading.line}: ${reading.reason}`);
  return reading.value as AnyObject;
}
