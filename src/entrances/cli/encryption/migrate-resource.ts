import type { EtcdClient } from "../../../kernel/etcd/etcd-client.ts";
import type { Kube, Resource } from "../../../kernel/kube/index.ts";
import type { ServerEncryption } from "../../../practices/encryption/api-servers/server-metrics.ts";
import { type Rewritten, rewrite } from "../../../practices/encryption/migrate/apply.ts";
import { migrateByController } from "../../../practices/encryption/migrate/migrate-by-controller.ts";
import { allNames, provenKey, staleNames } from "../../../practices/encryption/migrate/observe.ts";
import { observeEtcd, type StoredKey, type StoredResource } from "../../../practices/encryption/stored/index.ts";
import { MigrationState } from "./migration-state.ts";

export interface Limits {
  readonly perSecond: number;
  readonly concurrency: number;
  readonly dryRun: boolean;
  /** Milliseconds that the cluster's own controller may take; undefined: objects are written one by one. */
  readonly byController: number | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (line: string) => void;
}

/** What was found of one resource, and what became of it. */
export interface Migration extends Rewritten {
  readonly resource: string;
  /** The key that now writes, where etcd could be asked. */
  readonly current?: StoredKey;
  /** How many objects were there, and how many of them under another key or under none; 0 where etcd could not be asked. */
  readonly objects: number;
  readonly stale: number;
  readonly plain: number;
  /** Written by the cluster's own controller, which doesn't tell how many. */
  readonly byController?: boolean;
  /** Where a run before this one had come to. */
  readonly resumedAfter?: string;
}

/** How often the way so far is written down. */
const SAVE_EVERY = 50;

/** Rewrites what etcd shows as stale. It needs no memory of earlier runs: what they did is not stale any more. */
export async function migrateStale(
  kube: Kube,
  etcd: EtcdClient,
  resource: Resource,
  stored: StoredResource,
  limits: Limits,
): Promise<Migration> {
  const proven = limits.dryRun ? undefined : await provenKey(kube, etcd, resource, stored);
  const { resources } = await observeEtcd(etcd, {
    resources: [stored],
    names: 0,
    writing: () => (proven === undefined ? undefined : { ...proven, knownBy: "proof" }),
  });
  const [report] = resources;
  const current = report?.current?.key;
  const found = {
    resource: stored.name,
    objects: report?.objects ?? 0,
    stale: report?.stale.objects ?? 0,
    plain: report?.plain.objects ?? 0,
  };
  const nothing = { rewritten: 0, gone: 0, failed: 0, failures: [] };
  if (current === undefined || limits.dryRun)
    return { ...found, ...nothing, ...(current === undefined ? {} : { current }) };
  const total = found.stale + found.plain;
  if (limits.byController !== undefined) return { ...found, ...(await controlled(kube, resource, limits)), current };
  const done = await rewrite(kube, resource, staleNames(etcd, stored, current), {
    ...limits,
    onDone: ({ rewritten, gone, failed }) =>
      limits.onProgress(`${stored.name}: ${rewritten + gone + failed} of ${total} written again`),
  });
  return { ...found, ...done, current };
}

/** Rewrites every object, since only etcd could tell which are stale; the API server leaves the others as they are. */
export async function migrateAll(
  kube: Kube,
  resource: Resource,
  stored: StoredResource,
  servers: readonly ServerEncryption[],
  limits: Limits,
): Promise<Migration> {
  const writing = JSON.stringify(
    servers.map(({ configHash, providers }) => [configHash, providers.map(({ keyIdHash }) => keyIdHash)]),
  );
  const state = new MigrationState(kube.server, stored.name, writing);
  const after = await state.read();
  const found = {
    resource: stored.name,
    objects: 0,
    stale: 0,
    plain: 0,
    ...(after === undefined ? {} : { resumedAfter: after }),
  };
  if (limits.dryRun) {
    let objects = 0;
    for await (const _ of allNames(kube, resource, after)) objects++;
    return { ...found, objects, rewritten: 0, gone: 0, failed: 0, failures: [] };
  }
  if (limits.byController !== undefined) return { ...found, ...(await controlled(kube, resource, limits)) };
  let saved = 0;
  let upTo: string | undefined;
  const done = await rewrite(kube, resource, allNames(kube, resource, after), {
    ...limits,
    onDone: ({ rewritten, gone, failed }, last) => {
      const count = rewritten + gone + failed;
      limits.onProgress(`${stored.name}: ${count} written again`);
      upTo = last;
      if (count - saved < SAVE_EVERY || last === undefined) return;
      saved = count;
      void state.save(last).catch(() => {});
    },
  });
  if (!limits.signal.aborted) await state.forget();
  else if (upTo !== undefined) await state.save(upTo);
  return { ...found, objects: done.rewritten + done.gone + done.failed, ...done };
}

/** The cluster's own controller does it; it tells how it ended, and not how many. */
async function controlled(
  kube: Kube,
  resource: Resource,
  limits: Limits,
): Promise<Rewritten & Pick<Migration, "byController">> {
  limits.onProgress(`${resource.plural}: waiting for the StorageVersionMigration`);
  const ended = await migrateByController(kube, resource, { millis: limits.byController ?? 0, signal: limits.signal });
  const failures = ended.succeeded ? [] : [{ name: "StorageVersionMigration", reason: ended.message }];
  return { rewritten: 0, gone: 0, failed: failures.length, failures, byController: true };
}
