import { printable } from "../../../kernel/finding/printable.ts";
import {
  describeKey,
  type Residue,
  type ResourceReport,
  type StorageReport,
} from "../../../practices/encryption/stored/index.ts";

/** More than a person reads; --output json has more, --objects all. */
const SHOWN = 20;

/** The report for people. Pure. */
export function renderStatus(report: StorageReport): string {
  const lines = [printable(`${report.source}, up to revision ${report.revision}`)];
  for (const resource of report.resources) lines.push(...resourceLines(resource));
  if (report.residue !== undefined) lines.push(...residueLines(report.residue));
  for (const problem of report.problems) lines.push(`problem: ${printable(problem)}`);
  return `${lines.join("\n")}\n`;
}

/** The report for programs; docs/outputs.md describes it. */
export function renderStatusJson(report: StorageReport): string {
  return `${JSON.stringify({ schema: "kustody.dev/encryption-status/v1", ...report }, undefined, 2)}\n`;
}

function* resourceLines({
  resource,
  objects,
  current,
  keys,
  plain,
  stale,
  damaged,
}: ResourceReport): Generator<string> {
  yield `${printable(resource)}: ${objects} objects, ${plain.objects} unencrypted, ${stale.objects} under an old key, ${damaged.objects} damaged`;
  if (current !== undefined) yield printable(`  written now: ${describeKey(current.key)} (by ${current.knownBy})`);
  for (const { key, keyIdHash, state, objects: count, seedCount, seeds, lastRevision } of keys) {
    const seedWords = seedCount === 0 ? "" : `, ${seedCount} ${seedCount === 1 ? `seed ${seeds[0]?.seed}` : "seeds"}`;
    yield printable(
      `  ${state.padEnd(8)}${String(count).padStart(9)}  ${describeKey(key)}${seedWords}, last written at ${lastRevision}`,
    );
    if (keyIdHash !== undefined) yield `                     ${keyIdHash}`;
  }
  for (const [title, named] of [
    ["unencrypted", plain],
    ["damaged", damaged],
    ["under an old key", stale],
  ] as const) {
    if (named.objects === 0) continue;
    yield `  ${title}:`;
    for (const name of named.names.slice(0, SHOWN)) yield `    ${printable(name)}`;
    const rest = named.objects - Math.min(SHOWN, named.names.length);
    if (rest > 0) yield `    and ${rest} more: --output json lists more, --objects FILE all`;
  }
}

function* residueLines({ olderVersions, freePages, wal }: Residue): Generator<string> {
  yield "old values in the same files:";
  const { total, plain, stale } = olderVersions;
  yield `  older versions   ${total}, of which ${plain} unencrypted, ${stale} under an old key`;
  yield `  free pages       ${megabytes(freePages.bytes)}, with ${freePages.plain} unencrypted objects`;
  if (wal === undefined) yield "  write-ahead log  not looked at (--wal, --data-dir)";
  else yield `  write-ahead log  ${megabytes(wal.bytes)} in ${wal.files} files, with ${wal.plain} unencrypted objects`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
