import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { KustodyError } from "../../../kernel/errors.ts";
import type { EtcdClient } from "../../../kernel/etcd/etcd-client.ts";
import { openSnapshot, type SnapshotFile } from "../../../kernel/etcd/snapshot-file.ts";
import { PlainObjects } from "./plain-objects.ts";
import { objectName, type StoredResource } from "./resources.ts";
import type { Residue, StorageReport } from "./storage-report.ts";
import type { StoredUse } from "./stored-key.ts";
import { stateOf, Tally, type WritingKey } from "./tally.ts";
import { ValueReader } from "./value-reader.ts";

export interface WalkOptions {
  readonly resources: readonly StoredResource[];
  /** How many names are kept of each resource; default 1000. */
  readonly names?: number;
  /** What writes now, where it is known better than from the newest write. */
  readonly writing?: (resource: string) => WritingKey | undefined;
  /** Every object, as it comes. */
  readonly onObject?: (resource: StoredResource, name: string, use: StoredUse) => void;
  readonly onProgress?: (objects: number) => void;
}

const DEFAULT_NAMES = 1000;
/** Bytes of a write-ahead log that are read at once. */
const CHUNK = 1024 * 1024;

/** Walks the newest values in a running etcd. Errors: KST_ETCD_UNREACHABLE, KST_ETCD_REFUSED. */
export async function observeEtcd(etcd: EtcdClient, options: WalkOptions): Promise<StorageReport> {
  const values = new ValueReader();
  const tallies: Tally[] = [];
  let revision = 0;
  let objects = 0;
  for (const resource of options.resources) {
    const tally = new Tally(resource.name, options.names ?? DEFAULT_NAMES);
    tallies.push(tally);
    const pages = etcd.walk(resource.prefix, (record) => {
      const use = values.read(record.bytes, record.valueStart, record.valueEnd);
      const name = (): string => objectName(record.key(), resource);
      tally.add(use, record.modRevision, name);
      options.onObject?.(resource, name(), use);
    });
    for await (const page of pages) {
      revision = Math.max(revision, page.revision);
      objects += page.records;
      options.onProgress?.(objects);
    }
  }
  return { source: etcd.endpoint, revision, resources: reportsOf(tallies, options), problems: [] };
}

/**
 * Walks a snapshot or a copy of a member's database, and what old values it still holds. `walFolder`: the write-ahead log of
 * the same member. Errors: KST_SNAPSHOT_UNREADABLE.
 */
export async function observeSnapshot(
  path: string,
  options: WalkOptions & { readonly walFolder?: string },
): Promise<StorageReport> {
  using snapshot = await openSnapshot(path);
  const values = new ValueReader();
  const { resources } = options;
  const tallies = resources.map(({ name }) => new Tally(name, options.names ?? DEFAULT_NAMES));
  const older = resources.map(({ name }) => new Tally(name, 0));
  const prefixes = resources.map(({ prefix }) => Buffer.from(prefix));
  let revision = 0;
  let objects = 0;
  const pages = snapshot.versions(prefixes, (record, index, age) => {
    const resource = resources[index];
    const tally = (age === "newest" ? tallies : older)[index];
    if (resource === undefined || tally === undefined) return;
    const use = values.read(record.bytes, record.valueStart, record.valueEnd);
    const name = (): string => objectName(record.key(), resource);
    tally.add(use, record.modRevision, name);
    if (record.modRevision > revision) revision = record.modRevision;
    if (age === "older") return;
    objects++;
    options.onObject?.(resource, name(), use);
  });
  await eachUnhurried(pages, () => options.onProgress?.(objects));
  const reports = reportsOf(tallies, options);
  const olderVersions = { total: 0, plain: 0, stale: 0 };
  for (const [index, tally] of older.entries()) {
    const current = reports[index]?.current?.key;
    for (const { key, state, objects: count } of tally.report().keys) {
      olderVersions.total += count;
      const measured = stateOf({ key, state: state === "plain" || state === "damaged" ? state : "encrypted" }, current);
      if (measured === "plain" || measured === "stale") olderVersions[measured] += count;
    }
  }
  const freePages = await plainInFreePages(snapshot, resources);
  const wal = options.walFolder === undefined ? undefined : await plainInLog(options.walFolder, resources);
  const residue: Residue = { olderVersions, freePages, ...(wal === undefined ? {} : { wal }) };
  return { source: path, revision, resources: reports, residue, problems: problemsOf(snapshot) };
}

function reportsOf(tallies: readonly Tally[], { resources, writing }: WalkOptions): StorageReport["resources"] {
  return tallies.map((tally, index) => tally.report(writing?.(resources[index]?.name ?? "")));
}

async function plainInFreePages(snapshot: SnapshotFile, resources: readonly StoredResource[]) {
  const plain = new PlainObjects(resources.map(({ name }) => name));
  await eachUnhurried(snapshot.freeBytes(), ({ bytes, continues }) => plain.feed(bytes, continues));
  plain.flush();
  return { bytes: plain.bytes, plain: plain.count };
}

async function plainInLog(folder: string, resources: readonly StoredResource[]) {
  const plain = new PlainObjects(resources.map(({ name }) => name));
  let files = 0;
  try {
    for (const name of (await readdir(folder)).filter((file) => /\.(wal|tmp|broken)$/.test(file)).toSorted()) {
      files++;
      plain.flush();
      for await (const chunk of createReadStream(join(folder, name), { highWaterMark: CHUNK })) {
        plain.feed(chunk as Buffer, true);
      }
    }
  } catch (cause) {
    throw new KustodyError("KST_SNAPSHOT_UNREADABLE", `cannot read the write-ahead log in ${folder}`, {
      hint: "name the folder member/wal of etcd's data folder; it belongs to root",
      cause,
    });
  }
  plain.flush();
  return { files, bytes: plain.bytes, plain: plain.count };
}

function problemsOf(snapshot: SnapshotFile): string[] {
  const problems = snapshot.damaged.map(({ page, reason }) => `page ${page} is damaged: ${reason}`);
  const unlisted = snapshot.damagedPages - snapshot.damaged.length;
  if (unlisted > 0) problems.push(`${unlisted} more damaged pages`);
  const entries = snapshot.damagedEntries();
  if (entries > 0) problems.push(`${entries} entries are no versions of keys`);
  if (snapshot.checksum === "wrong")
    problems.push("the SHA-256 at its end is wrong: the file was changed or cut after it was saved");
  return problems;
}

/** Steps through synchronous work, and lets others have a turn now and then: Ctrl-C, timers. */
async function eachUnhurried<T>(steps: Iterable<T>, onEach: (step: T) => void): Promise<void> {
  let count = 0;
  for (const step of steps) {
    onEach(step);
    if (++count % 1024 === 0) await nextTurn();
  }
}
