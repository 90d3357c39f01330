import type { Config } from "../../../kernel/config/config-schema.ts";
import { KustodyError } from "../../../kernel/errors.ts";
import type { EtcdClient } from "../../../kernel/etcd/etcd-client.ts";
import type { ServerEncryption } from "../../../practices/encryption/api-servers/server-metrics.ts";
import { resourceOf } from "../../../practices/encryption/migrate/resource-of.ts";
import {
  describeKey,
  observeEtcd,
  type StorageReport,
  type StoredKey,
  storedResource,
} from "../../../practices/encryption/stored/index.ts";
import { openProgress } from "../progress.ts";
import { wholeNumber } from "../scan/whole-number.ts";
import type { Terminal } from "../terminal.ts";
import { untilInterrupted } from "../up/until-interrupted.ts";
import { configHashOf } from "./configuration-file.ts";
import type { MigrateFlags } from "./encryption-command.ts";
import { answering, withEtcd } from "./etcd-flags.ts";
import { type Migration, migrateAll, migrateStale } from "./migrate-resource.ts";
import { milliseconds } from "./milliseconds.ts";
import { type Reclaimed, reclaim } from "./reclaim.ts";
import { renderMigration } from "./render-migration.ts";
import { waitForServers } from "./wait-for-servers.ts";
import { type Servers, withServers } from "./with-servers.ts";

/** What `kustody encryption migrate` did; docs/outputs.md describes it as JSON. */
export interface MigrationReport {
  readonly servers: readonly ServerEncryption[];
  /** Whether `--api-server` named them all; else there may be others that were not asked. */
  readonly serversNamed: boolean;
  readonly resources: readonly Migration[];
  /** What compaction and defragmentation did; undefined: they are still due. */
  readonly reclaimed?: Reclaimed;
  /** What etcd holds afterwards. */
  readonly proof?: StorageReport;
}

/** A cluster's controller takes its time, and hundreds of thousands of objects theirs. */
const CONTROLLER_MILLIS = 6 * 3_600_000;

interface Call {
  readonly flags: MigrateFlags;
  readonly servers: Servers;
  readonly members: readonly EtcdClient[];
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/**
 * Flow: wait until the API servers agree → rewrite what is stale → compact and defragment → prove from etcd. Each step says
 * what it did; every one can be repeated. 0 all is written with one key, 1 something is left.
 */
export async function runMigrate(flags: MigrateFlags, config: Config, terminal: Terminal): Promise<0 | 1> {
  const { signal } = untilInterrupted();
  using progress = openProgress(terminal);
  const report = await withEtcd(flags, (members) =>
    withServers(config, flags.apiServer, terminal, (servers) =>
      migrate({ flags, servers, members, signal, say: (line) => progress.report(line) }),
    ),
  );
  progress.clear();
  if (config.output === "json") {
    terminal.stdout.write(
      `${JSON.stringify({ schema: "kustody.dev/encryption-migration/v1", ...report }, undefined, 2)}\n`,
    );
  } else terminal.stdout.write(renderMigration(report));
  return isDone(report, flags.dryRun === true) ? 0 : 1;
}

async function migrate(call: Call): Promise<MigrationReport> {
  const { flags, servers, members, signal, say } = call;
  const told = await waitForServers(
    servers,
    flags.encryptionConfig === undefined ? {} : { configHash: await configHashOf(flags.encryptionConfig) },
    { millis: milliseconds(flags.wait, "--wait"), signal, onWait: (reason) => say(`waiting: ${reason}`) },
  );
  const limits = {
    perSecond: Math.max(1, wholeNumber(flags.rate, "--rate", 100_000)),
    concurrency: Math.max(1, wholeNumber(flags.concurrency, "--concurrency", 256)),
    dryRun: flags.dryRun === true,
    byController: flags.storageVersionMigration === true ? CONTROLLER_MILLIS : undefined,
    signal,
    onProgress: say,
  };
  const etcd = await answering(members);
  const resources: Migration[] = [];
  const current = new Map<string, StoredKey>();
  for (const name of flags.resource) {
    const stored = storedResource(name, flags.etcdPrefix);
    const resource = await resourceOf(servers.kube, name);
    const migration =
      etcd === undefined
        ? await migrateAll(servers.kube, resource, stored, told, limits)
        : await migrateStale(servers.kube, etcd, resource, stored, limits);
    resources.push(migration);
    if (migration.current !== undefined) current.set(name, migration.current);
    if (signal.aborted) throw interrupted(resources);
  }
  const report = { servers: told, serversNamed: servers.named, resources };
  if (etcd === undefined || limits.dryRun) return report;
  const reclaimed = flags.reclaim ? await reclaim(members, say) : undefined;
  const proof = await observeEtcd(etcd, {
    resources: flags.resource.map((name) => storedResource(name, flags.etcdPrefix)),
    writing: (name) => {
      const key = current.get(name);
      return key === undefined ? undefined : { ...key, knownBy: "proof" };
    },
  });
  return { ...report, ...(reclaimed === undefined ? {} : { reclaimed }), proof };
}

function isDone({ resources, proof }: MigrationReport, dryRun: boolean): boolean {
  if (dryRun) return resources.every(({ stale, plain }) => stale === 0 && plain === 0);
  if (resources.some(({ failed }) => failed > 0)) return false;
  return (
    proof === undefined ||
    proof.resources.every(({ stale, plain, damaged }) => stale.objects + plain.objects + damaged.objects === 0)
  );
}

function interrupted(resources: readonly Migration[]): KustodyError {
  const done = resources.reduce((sum, { rewritten }) => sum + rewritten, 0);
  const last = resources.at(-1)?.current;
  return new KustodyError(
    "KST_INTERRUPTED",
    `interrupted after ${done} objects were written again${last === undefined ? "" : ` with ${describeKey(last)}`}`,
    { hint: "run the same command again: it goes on with what is left" },
  );
}
