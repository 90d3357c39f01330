import { printable } from "../../../kernel/finding/printable.ts";
import { describeKey } from "../../../practices/encryption/stored/index.ts";
import type { Migration } from "./migrate-resource.ts";
import { renderStatus } from "./render-status.ts";
import type { MigrationReport } from "./run-migrate.ts";

const SHOWN = 10;

/** What was done, for people. Pure. */
export function renderMigration({ servers, serversNamed, resources, reclaimed, proof }: MigrationReport): string {
  const lines = servers.map(({ server, configHash, providers }) => {
    const keys = providers.map(({ name, keyIdHash }) => `${name} ${keyIdHash.slice(0, 19)}`);
    const config = configHash === undefined ? [] : [`configuration ${configHash.slice(0, 19)}`];
    return printable(`API server ${server}: ${[...config, ...keys].join(", ") || "tells nothing about encryption"}`);
  });
  if (!serversNamed) lines.push("  if there are others, name each with --api-server: they were not asked");
  for (const migration of resources) lines.push(...resourceLines(migration));
  if (reclaimed !== undefined) {
    lines.push(`etcd: compacted up to revision ${reclaimed.revision}`);
    for (const { endpoint, before, after } of reclaimed.members)
      lines.push(printable(`etcd: defragmented ${endpoint}: ${megabytes(before)} → ${megabytes(after)}`));
    lines.push("  the write-ahead log and earlier backups keep old values; members not named were not defragmented");
  } else lines.push("still due: compaction and defragmentation of etcd; until then old values are in its files");
  const text = `${lines.join("\n")}\n`;
  if (proof !== undefined) return `${text}proof: ${renderStatus(proof)}`;
  return `${text}no proof: only etcd shows what is stored (--etcd, or kustody encryption status --snapshot)\n`;
}

function* resourceLines(migration: Migration): Generator<string> {
  const { resource, current, objects, stale, plain, rewritten, gone, failed, failures, resumedAfter, byController } =
    migration;
  const found = current === undefined ? "" : `, ${stale} under another key and ${plain} unencrypted`;
  yield printable(`${resource}: ${objects} objects${found}`);
  if (current !== undefined) yield printable(`  written now: ${describeKey(current)}`);
  if (resumedAfter !== undefined) yield printable(`  went on after ${resumedAfter}`);
  if (byController === true) yield `  StorageVersionMigration: ${failed === 0 ? "succeeded" : "failed"}`;
  else yield `  ${rewritten} written again, ${gone} gone meanwhile, ${failed} refused`;
  for (const { name, reason } of failures.slice(0, SHOWN)) yield printable(`    ${name}: ${reason}`);
  if (failed > Math.min(SHOWN, failures.length)) yield "    and more: --output json lists a hundred";
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
