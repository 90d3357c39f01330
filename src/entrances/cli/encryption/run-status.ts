import { join } from "node:path";
import type { Config } from "../../../kernel/config/config-schema.ts";
import { KustodyError } from "../../../kernel/errors.ts";
import { atLeast } from "../../../kernel/finding/finding.ts";
import { findingsOf, type Scorecard } from "../../../kernel/finding/scorecard.ts";
import {
  observeEtcd,
  observeSnapshot,
  type StorageReport,
  storedResource,
  type WalkOptions,
} from "../../../practices/encryption/stored/index.ts";
import { render } from "../check/render.ts";
import { openProgress } from "../progress.ts";
import { wholeNumber } from "../scan/whole-number.ts";
import type { Terminal } from "../terminal.ts";
import type { StatusFlags } from "./encryption-command.ts";
import { answering, withEtcd } from "./etcd-flags.ts";
import { ObjectsFile } from "./objects-file.ts";
import { renderStatus, renderStatusJson } from "./render-status.ts";
import { serverStatus } from "./server-status.ts";
import { storageScorecard } from "./storage-scorecard.ts";
import { writingKeys } from "./writing-keys.ts";

/** Walks etcd or a snapshot, or asks the API servers where there is neither; prints, and returns the exit code. */
export async function runStatus(flags: StatusFlags, config: Config, terminal: Terminal): Promise<0 | 1 | 2> {
  const hasStore = (flags.etcd ?? flags.snapshot ?? flags.dataDir) !== undefined;
  const scorecard = hasStore ? await storeStatus(flags, config, terminal) : await serverStatus(flags, config, terminal);
  if (findingsOf(scorecard).some(({ severity }) => atLeast(severity, config.failOn))) return 1;
  return scorecard.inputErrors.length > 0 ? 2 : 0;
}

async function storeStatus(flags: StatusFlags, config: Config, terminal: Terminal): Promise<Scorecard> {
  const report = await observe(flags, terminal);
  const scorecard = storageScorecard(report);
  if (config.output === "text") terminal.stdout.write(renderStatus(report));
  else if (config.output === "json") terminal.stdout.write(renderStatusJson(report));
  else terminal.stdout.write(render(scorecard, config, terminal));
  return scorecard;
}

async function observe(flags: StatusFlags, terminal: Terminal): Promise<StorageReport> {
  const source = snapshotOf(flags);
  using progress = openProgress(terminal);
  using objects = flags.objects === undefined ? undefined : new ObjectsFile(flags.objects);
  const writing = await writingKeys(flags);
  const options: WalkOptions = {
    resources: flags.resource.map((name) => storedResource(name, flags.etcdPrefix)),
    names: wholeNumber(flags.names, "--names", 100_000),
    onProgress: (count) => progress.report(`${count} objects`),
    ...(writing === undefined ? {} : { writing }),
    ...(objects === undefined ? {} : { onObject: (resource, name, use) => objects.add(resource, name, use) }),
  };
  if (source !== undefined) return await observeSnapshot(source.file, { ...options, ...source.wal });
  return await withEtcd(flags, async (members) => {
    const etcd = await answering(members);
    if (etcd !== undefined) return await observeEtcd(etcd, options);
    throw new KustodyError("KST_USAGE", "--etcd names no member");
  });
}

/** The database's file and its log, where the flags name some. */
function snapshotOf(flags: StatusFlags): { file: string; wal: { walFolder?: string } } | undefined {
  const { snapshot, dataDir, wal, etcd } = flags;
  if ([snapshot, dataDir, etcd].filter((source) => source !== undefined).length > 1) {
    throw new KustodyError("KST_USAGE", "--etcd, --snapshot and --data-dir exclude each other");
  }
  if (wal !== undefined && snapshot === undefined) {
    throw new KustodyError("KST_USAGE", "--wal belongs to --snapshot; --data-dir finds the log by itself");
  }
  if (dataDir !== undefined) {
    return { file: join(dataDir, "member/snap/db"), wal: { walFolder: join(dataDir, "member/wal") } };
  }
  return snapshot === undefined ? undefined : { file: snapshot, wal: wal === undefined ? {} : { walFolder: wal } };
}
