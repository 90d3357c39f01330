import assert from "node:assert/strict";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { after, before, test } from "node:test";
import * as fc from "fast-check";
import { type EtcdServer, startEtcdServer } from "../../lab/index.ts";
import { KustodyError } from "../errors.ts";
import { connectEtcd, type EtcdClient } from "./etcd-client.ts";
import { openSnapshot, type SnapshotFile } from "./snapshot-file.ts";
import { connectLabEtcd, type EtcdWriter, openEtcdWriter, tlsOf } from "./testing/etcd-writer.ts";

/** The client and the reader of files against one real etcd, whose database has all that ours must cope with. */
let server: EtcdServer;
let etcd: EtcdClient;
let writer: EtcdWriter;
let folder: string;
let snapshot: string;

const KEYS = 3000;
const keyOf = (index: number): string => `/registry/secrets/default/s${String(index).padStart(5, "0")}`;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "kustody-etcd-"));
  snapshot = join(folder, "snapshot.db");
  server = await startEtcdServer();
  etcd = await connectLabEtcd(server);
  writer = await openEtcdWriter(server);
  const entries = Array.from({ length: KEYS }, (_, index) => [keyOf(index), `first ${index}`] as const);
  await writer.put(entries);
  // Larger than a page, and than the window that is read at once.
  await writer.put([[keyOf(7), Buffer.alloc(300_000, 7)]]);
  await writer.put(entries.slice(0, 1000).map(([key]) => [key, "second"] as const));
  await writer.delete(keyOf(50));
  await writer.put([
    ["/registry/configmaps/default/c", "other"],
    ["/registry/secretsx", "no secret"],
  ]);
  await saveSnapshot(snapshot);
});
after(async () => {
  etcd?.close();
  writer?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function saveSnapshot(path: string): Promise<void> {
  await pipeline(Readable.from(etcd.snapshot()), createWriteStream(path));
}

interface Versions {
  readonly newest: Map<string, string>;
  readonly older: number;
  readonly problems: number;
}

function versionsIn(file: SnapshotFile): Versions {
  const newest = new Map<string, string>();
  let older = 0;
  const prefixes = [Buffer.from("/registry/secrets/"), Buffer.from("/registry/configmaps/")];
  for (const _ of file.versions(prefixes, (record, _prefix, age) => {
    if (age === "older") older++;
    else newest.set(record.key(), record.value().toString("latin1"));
  })) {
    // Page by page.
  }
  return { newest, older, problems: file.damagedPages + file.damagedEntries() };
}

async function walked(client = etcd): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const prefix of ["/registry/secrets/", "/registry/configmaps/"]) {
    const pages = client.walk(prefix, (record) => found.set(record.key(), record.value().toString("latin1")));
    for await (const _ of pages) {
      // Page by page.
    }
  }
  return found;
}

test("a walk over etcd meets each key once, in several pages, and nothing outside the prefix", async () => {
  let pages = 0;
  const keys: string[] = [];
  for await (const page of etcd.walk("/registry/secrets/", (record) => keys.push(record.key()))) {
    pages++;
    assert.ok(page.revision > 0 && page.records > 0);
  }
  assert.ok(pages > 1, `${pages} pages`);
  const expected = Array.from({ length: KEYS }, (_, index) => keyOf(index)).filter((key) => key !== keyOf(50));
  assert.deepEqual(keys, expected);
});

test("a snapshot has the same newest versions as etcd itself, and the older ones apart", async () => {
  using file = await openSnapshot(snapshot);
  assert.equal(file.checksum, "verified");
  const { newest, older, problems } = versionsIn(file);
  assert.equal(problems, 0);
  assert.deepEqual(newest, await walked());
  assert.equal(newest.get(keyOf(7)), "second");
  assert.equal(newest.has(keyOf(50)), false, "deleted");
  // 1000 that were written twice, of which one a third time between; the deleted one has two versions.
  assert.equal(older, 1002);
});

test("a walk goes on when etcd forgets the revision at which it began", async () => {
  const keys: string[] = [];
  let compacted = false;
  for await (const page of etcd.walk("/registry/secrets/", (record) => keys.push(record.key()))) {
    if (compacted) continue;
    compacted = true;
    await writer.put([["/registry/configmaps/default/c", "again"]]);
    await etcd.compact(page.revision + 1);
  }
  assert.equal(keys.length, KEYS - 1);
  // Compacted already: nothing to do, and no error.
  await etcd.compact(2);
});

test("compaction removes older versions, free pages keep them, defragmentation removes those", async () => {
  const replaced = Array.from({ length: 1000 }, (_, index) => `first ${index}`);
  const isIn = (bytes: Buffer): boolean => replaced.slice(100).some((value) => bytes.includes(value));
  await etcd.compact((await etcd.status()).revision);
  await writer.put([["/registry/configmaps/default/c", "committed"]]);
  const compacted = join(folder, "compacted.db");
  await saveSnapshot(compacted);
  using before_ = await openSnapshot(compacted);
  assert.equal(versionsIn(before_).older, 1);
  let inFreePages = false;
  for (const { bytes } of before_.freeBytes()) inFreePages ||= isIn(bytes);
  assert.ok(inFreePages, "some replaced values are in free pages still");

  const { size } = await etcd.status();
  await etcd.defragment();
  assert.ok((await etcd.status()).size < size);
  const defragmented = join(folder, "defragmented.db");
  await saveSnapshot(defragmented);
  using after_ = await openSnapshot(defragmented);
  const { older, problems } = versionsIn(after_);
  assert.deepEqual([older, problems], [1, 0]);
  for (const { bytes } of after_.freeBytes()) assert.ok(!isIn(bytes));
});

test("the file of a stopped member is read as well; it has no checksum", async () => {
  const alone = await startEtcdServer();
  try {
    const own = await openEtcdWriter(alone);
    await own.put([[keyOf(1), "here"]]);
    own.close();
    await alone.end();
    using file = await openSnapshot(join(alone.dataDir, "member/snap/db"));
    assert.equal(file.checksum, "none");
    assert.deepEqual([...versionsIn(file).newest], [[keyOf(1), "here"]]);
  } finally {
    await alone.stop();
  }
});

test("a changed byte is told by the checksum, a cut file too, and what is whole is read", async () => {
  const bytes = readFileSync(snapshot);
  const changed = join(folder, "changed.db");
  const middle = Math.floor(bytes.length / 2);
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(changed, bytes);
  using file = await openSnapshot(changed);
  assert.equal(file.checksum, "wrong");
  assert.ok(versionsIn(file).newest.size > 0);

  const cut = join(folder, "cut.db");
  writeFileSync(cut, readFileSync(snapshot));
  truncateSync(cut, Math.floor(statSync(snapshot).size / 8192) * 4096);
  using half = await openSnapshot(cut);
  const found = versionsIn(half);
  assert.ok(found.problems > 0, "the missing pages are told");
  assert.ok(half.damaged.some(({ reason }) => reason === "the file ends before it"));
});

test("one damaged page hides its own entries and no others", async () => {
  const bytes = readFileSync(snapshot);
  const pageSize = 4096;
  const leaf = Array.from({ length: bytes.length / pageSize - 1 }, (_, index) => index + 2).find((page) => {
    const at = page * pageSize;
    const isLeaf = bytes.readUInt16LE(at + 8) === 2 && bytes.readUInt32LE(at) === page;
    return isLeaf && bytes.readUInt32LE(at + 12) === 0 && bytes.subarray(at, at + pageSize).includes("first 2000");
  });
  assert.ok(leaf !== undefined);
  bytes.fill(0xff, leaf * pageSize, leaf * pageSize + 16);
  const damaged = join(folder, "damaged.db");
  writeFileSync(damaged, bytes);
  using file = await openSnapshot(damaged);
  const { newest } = versionsIn(file);
  assert.deepEqual(
    file.damaged.map(({ page }) => page),
    [leaf],
  );
  const missing = KEYS - newest.size;
  assert.ok(missing > 5 && missing < 200, `${missing} are missing`);
});

test("of two meta pages the one whose checksum is right counts; without any the file is refused", async () => {
  const bytes = readFileSync(snapshot);
  const transactionOf = (page: number): bigint => bytes.readBigUInt64LE(page * 4096 + 16 + 48);
  const newer = transactionOf(1) > transactionOf(0) ? 1 : 0;
  // The root page's number of the newer one now leads to a meta page.
  const damage = (page: number): void => void bytes.fill(0, page * 4096 + 16 + 16, page * 4096 + 16 + 24);
  const path = join(folder, "meta.db");
  damage(newer);
  writeFileSync(path, bytes);
  {
    using file = await openSnapshot(path);
    assert.ok(versionsIn(file).newest.size > KEYS / 2, "the transaction before");
  }
  damage(1 - newer);
  writeFileSync(path, bytes);
  await assert.rejects(openSnapshot(path), { code: "KST_SNAPSHOT_UNREADABLE" });
});

test("whatever bytes are changed, reading a snapshot ends, throws nothing and stays within the file", async () => {
  const whole = readFileSync(snapshot);
  const mutated = join(folder, "mutated.db");
  const change = fc.record({
    at: fc.nat(whole.length - 1),
    // Headers and element tables, where a change does most.
    inHeader: fc.boolean(),
    value: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 40 }), async (changes) => {
      const bytes = Buffer.from(whole);
      for (const { at, inHeader, value } of changes) {
        const place = inHeader ? Math.floor(at / 4096) * 4096 + (at % 64) : at;
        bytes.set(value.subarray(0, Math.max(0, bytes.length - place)), place);
      }
      writeFileSync(mutated, bytes);
      try {
        using file = await openSnapshot(mutated);
        const { newest } = versionsIn(file);
        assert.ok(newest.size <= KEYS + 10_000);
        for (const { bytes: piece } of file.freeBytes()) assert.ok(piece.length <= 65_536);
      } catch (error) {
        assert.ok(error instanceof KustodyError && error.code === "KST_SNAPSHOT_UNREADABLE", String(error));
      }
    }),
    { numRuns: 150 },
  );
});

test("files that are no database are refused with their name", async () => {
  for (const [name, bytes] of [
    ["empty", Buffer.alloc(0)],
    ["zeros", Buffer.alloc(65_536)],
    ["text", Buffer.from("kind: Secret\n".repeat(1000))],
  ] as const) {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    await assert.rejects(openSnapshot(path), { code: "KST_SNAPSHOT_UNREADABLE" });
  }
  await assert.rejects(openSnapshot(join(folder, "missing")), { code: "KST_SNAPSHOT_UNREADABLE" });
  await assert.rejects(openSnapshot(folder), { code: "KST_SNAPSHOT_UNREADABLE" });
});

test("without the client certificate, with another CA or without a server, the error says that etcd is not reached", async () => {
  const { ca } = tlsOf(server);
  const addresses = [
    { endpoint: server.endpoint, tls: ca === undefined ? {} : { ca } },
    { endpoint: server.endpoint, tls: {} },
    { endpoint: "https://127.0.0.1:1", tls: tlsOf(server) },
  ];
  for (const address of addresses) {
    const client = await connectEtcd(address);
    await assert.rejects(client.status(), { code: "KST_ETCD_UNREACHABLE" });
    client.close();
  }
  for (const endpoint of ["https://user:pw@127.0.0.1:1", "ftp://a", "https://127.0.0.1:1/path", ""]) {
    await assert.rejects(connectEtcd({ endpoint, tls: {} }), { code: "KST_USAGE" });
  }
});
