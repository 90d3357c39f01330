import type { Finding, Subject } from "../../../kernel/finding/finding.ts";
import type { Rule } from "../../../kernel/station.ts";
import type { NamedObjects, ResourceReport, StorageReport } from "./storage-report.ts";
import type { StoredKey } from "./stored-key.ts";

/** What is wrong with what is stored; found by `kustody encryption status`, not by reading manifests. */
export const STORED_RULES: readonly Rule[] = [
  { rule: "encryption/StoredInTheClear", severity: "critical", remark: "etcd holds an object unencrypted" },
  {
    rule: "encryption/StoredValueDamaged",
    severity: "high",
    remark: "a value in etcd is not what its prefix says, so the API server cannot read it",
  },
  {
    rule: "encryption/OldPlaintextRemains",
    severity: "medium",
    remark: "replaced unencrypted values are still in the database's file or the write-ahead log",
  },
  {
    rule: "encryption/StoredUnderOldKey",
    severity: "low",
    remark: "an object is encrypted with another key than the one that writes now",
  },
];

/** The report's findings: one for each object whose name is kept, one for all others together. Pure. */
export function storedFindings(report: StorageReport): readonly Finding[] {
  return [...report.resources.flatMap(resourceFindings), ...residueFindings(report)];
}

function resourceFindings(report: ResourceReport): Finding[] {
  const current = report.current === undefined ? "" : `, which is ${describeKey(report.current.key)}`;
  return [
    ...each(report, report.plain, (what, subject) => ({
      rule: "encryption/StoredInTheClear",
      practice: "encryption",
      severity: "critical",
      subject,
      message: `${what} stored unencrypted in etcd`,
      hint: "whoever reads an etcd member's disk, a snapshot or a backup reads the value",
      fix: "let another provider than identity come first in the EncryptionConfiguration (kustody encryption init), then: kustody encryption migrate",
    })),
    ...each(report, report.damaged, (what, subject) => ({
      rule: "encryption/StoredValueDamaged",
      practice: "encryption",
      severity: "high",
      subject,
      message: `${what} stored as something that its own prefix contradicts`,
      hint: "the API server cannot decrypt it, and lists of its kind may fail as a whole",
      fix: "restore it from a backup, or delete it: kubectl delete with --raw, or the key in etcd after a snapshot",
    })),
    ...each(report, report.stale, (what, subject) => ({
      rule: "encryption/StoredUnderOldKey",
      practice: "encryption",
      severity: "low",
      subject,
      message: `${what} not encrypted with the key that writes now${current}`,
      hint: "the old key cannot be removed before, and who has it still reads these objects",
      fix: "kustody encryption migrate",
    })),
  ];
}

function* each(
  { resource }: ResourceReport,
  { objects, names }: NamedObjects,
  findingOf: (what: string, subject: Subject) => Finding,
): Generator<Finding> {
  const kind = resource === "secrets" ? "Secret" : resource;
  for (const name of names) yield findingOf(`${kind} ${name} is`, subjectOf(kind, name));
  const rest = objects - names.length;
  if (rest > 0) yield findingOf(`${rest}${names.length > 0 ? " more" : ""} ${resource} are`, { kind, name: "*" });
}

function subjectOf(kind: string, path: string): Subject {
  const slash = path.indexOf("/");
  return slash < 0 ? { kind, name: path } : { kind, namespace: path.slice(0, slash), name: path.slice(slash + 1) };
}

function* residueFindings({ source, residue }: StorageReport): Generator<Finding> {
  if (residue === undefined) return;
  const { olderVersions, freePages, wal } = residue;
  const places: readonly [name: string, count: number, message: string, fix: string][] = [
    [
      "older versions",
      olderVersions.plain,
      "replaced or deleted versions are still kept unencrypted",
      "compact and defragment etcd: kustody encryption migrate does both where it is given access",
    ],
    [
      "free pages",
      freePages.plain,
      "free pages of the file still hold unencrypted objects",
      "defragment each member: etcdctl defrag --cluster",
    ],
    [
      "write-ahead log",
      wal?.plain ?? 0,
      "the write-ahead log still holds unencrypted objects",
      "its files go after further writes (some 100,000 by default); a member that is removed and joins again has none of them",
    ],
  ];
  for (const [name, count, message, fix] of places) {
    if (count === 0) continue;
    yield {
      rule: "encryption/OldPlaintextRemains",
      practice: "encryption",
      severity: "medium",
      subject: { kind: "EtcdDatabase", name, location: { file: source } },
      message: `${message}: ${count}`,
      evidence: { count },
      hint: "what was encrypted since is still readable there, also in every backup of this file",
      fix,
    };
  }
}

/** A key in a few words: `kms v2 vault, key id 7`, `aescbc k1`, `identity`. */
export function describeKey({ provider, name, keyId, dataKey }: StoredKey): string {
  const words = name === "" ? provider : `${provider} ${name}`;
  const id = keyId === undefined ? "" : `, key id ${keyId.length > 80 ? `${keyId.slice(0, 77)}...` : keyId}`;
  return `${words}${id}${dataKey === "key" ? ", without a seed" : ""}`;
}
