import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { deflateSync } from "node:zlib";
import * as fc from "fast-check";
import { GitRepository } from "../../../lab/git-repository.ts";
import { deltaForest, typeOf } from "./delta-forest.ts";
import type { GitObject, ObjectProblem } from "./object-problem.ts";
import { ObjectStore } from "./object-store.ts";
import { BlobWalk } from "./walk-blobs.ts";

const LARGEST = 1024 * 1024;

function open(folder: string, hashLength = 20): ObjectStore {
  return new ObjectStore(join(folder, ".git", "objects"), { hashLength, largest: LARGEST });
}

function idOf({ type, bytes }: GitObject, hashLength = 20): string {
  const hash = createHash(hashLength === 20 ? "sha1" : "sha256");
  return hash.update(`${type} ${bytes.length}\0`).update(bytes).digest("hex");
}

/** Every object that git has, with its type and size. */
function listed(repository: GitRepository): readonly (readonly string[])[] {
  const text = repository.git(
    "cat-file",
    "--batch-all-objects",
    "--batch-check=%(objectname) %(objecttype) %(objectsize)",
  );
  return text.split("\n").map((line) => line.split(" "));
}

/** Reads all that git has one by one; and all blobs of packs by walking: both must be what their ids say. */
function assertReadsAll(repository: GitRepository, hashLength = 20, all = listed(repository)): void {
  using store = open(repository.folder, hashLength);
  assert.ok(all.length > 2);
  for (const [id = "", type, size] of all) {
    const found = store.read(id);
    assert.ok(typeof found === "object", `${id}: ${typeof found === "string" ? found : ""}`);
    assert.deepEqual([found.type, `${found.bytes.length}`, idOf(found, hashLength)], [type, size, id]);
  }
  const seen = new Set(store.looseIds());
  for (const [id, problem] of walkAll(store, hashLength)) {
    assert.equal(problem, undefined);
    seen.add(id);
  }
  for (const [id = "", type] of all) if (type === "blob") assert.ok(seen.has(id), `${id} was not visited`);
}

/** Each blob's id with the problem that it has; a wrong content is one. */
function walkAll(store: ObjectStore, hashLength = 20): Map<string, ObjectProblem | "wrong" | undefined> {
  const found = new Map<string, ObjectProblem | "wrong" | undefined>();
  for (const pack of store.packs) {
    const id = (rank: number): string => pack.idOf(rank).toString("hex");
    const forest = deltaForest(pack);
    const walk = new BlobWalk<undefined>(pack, forest, {
      largest: LARGEST,
      visit: (rank, bytes) => {
        found.set(id(rank), idOf({ type: "blob", bytes }, hashLength) === id(rank) ? undefined : "wrong");
        return undefined;
      },
      onProblem: (rank, problem) => void found.set(id(rank), problem),
      readAgain: (from, rank) => store.readPacked(from, rank),
    });
    for (let rank = 0; rank < forest.types.length; rank++) if (typeOf(forest, rank) === "blob") walk.walk(rank);
    for (const { rank } of forest.foreign) {
      const base = store.readPacked(pack, rank);
      if (typeof base === "string") walk.give(rank, base);
      else walk.walk(rank, base.bytes);
    }
    for (const rank of forest.unreadable) walk.give(rank, "corrupt");
  }
  return found;
}

const line = fc.constantFrom("alpha", "beta: 1", "", "gamma gamma gamma", "  - delta", "\u00e9\u00e8", "x".repeat(70));
const versions = fc.array(fc.array(line, { maxLength: 40 }), { minLength: 2, maxLength: 12 });

for (const [format, hashLength] of [
  ["sha1", 20],
  ["sha256", 32],
] as const) {
  test(`reads every object of ${format} repositories, loose, packed with either kind of delta, and by a multi-pack-index`, () => {
    fc.assert(
      fc.property(versions, fc.boolean(), (texts, byOffset) => {
        using repository = new GitRepository(`--object-format=${format}`);
        texts.forEach((lines, index) => {
          repository.commit({ "a.txt": lines.join("\n"), [`b${index % 3}.txt`]: lines.toReversed().join("\n") });
        });
        assertReadsAll(repository, hashLength);
        repository.git("-c", `repack.useDeltaBaseOffset=${byOffset}`, "repack", "-adfq", "--depth=50");
        repository.commit({ "c.txt": "later\n" });
        repository.git("repack", "-dq");
        assertReadsAll(repository, hashLength);
        repository.git("multi-pack-index", "write");
        const all = listed(repository);
        const packs = join(repository.folder, ".git", "objects", "pack");
        for (const name of readdirSync(packs)) if (name.endsWith(".idx")) rmSync(join(packs, name));
        assertReadsAll(repository, hashLength, all);
      }),
      { numRuns: 4 },
    );
  });
}

test("reads what is borrowed from another repository, and ends where two borrow from each other", () => {
  using lender = new GitRepository();
  lender.commit({ "a.txt": "lent\n" });
  using borrower = new GitRepository();
  const info = (repository: GitRepository): string => join(repository.folder, ".git", "objects", "info", "alternates");
  for (const [own, other] of [
    [borrower, lender],
    [lender, borrower],
  ] as const) {
    mkdirSync(join(own.folder, ".git", "objects", "info"), { recursive: true });
    writeFileSync(info(own), `${join(other.folder, ".git", "objects")}\n# remark\n/nowhere\n`);
  }
  using store = open(borrower.folder);
  const id = lender.git("rev-parse", "HEAD:a.txt");
  const found = store.read(id);
  assert.equal(typeof found === "object" ? found.bytes.toString() : found, "lent\n");
});

test("an object larger than the bound is told as too large, and so is what is made from it", () => {
  using repository = new GitRepository();
  const big = Buffer.alloc(LARGEST + 5, "0123456789abcdef\n");
  repository.commit({ "big.txt": big, "small.txt": "small\n" });
  repository.commit({ "big.txt": Buffer.concat([big, Buffer.from("more\n")]) });
  const id = repository.git("rev-parse", "HEAD:big.txt");
  {
    using store = open(repository.folder);
    assert.equal(store.read(id), "too large");
  }
  repository.git("repack", "-adfq");
  using store = open(repository.folder);
  assert.equal(store.read(id), "too large");
  const found = walkAll(store);
  assert.equal(found.size, 3);
  assert.equal(Map.groupBy(found.values(), (problem) => problem ?? "read").get("too large")?.length, 2);
});

test("a stream that inflates to more than it says is corrupt, and does not fill the memory", () => {
  using repository = new GitRepository();
  const id = "ab".repeat(20);
  const folder = join(repository.folder, ".git", "objects", "ab");
  mkdirSync(folder);
  writeFileSync(
    join(folder, id.slice(2)),
    deflateSync(Buffer.concat([Buffer.from("blob 10\0"), Buffer.alloc(64 << 20)])),
  );
  using store = open(repository.folder);
  assert.equal(store.read(id), "corrupt");
});

test("any damage to a pack or its index is told of the objects that it concerns; the others are read as they are", () => {
  using repository = new GitRepository();
  for (let index = 0; index < 12; index++) {
    repository.commit({
      "a.txt": `${"same line\n".repeat(30)}${index}\n`,
      [`${index}.txt`]: `own ${index}\n`.repeat(20),
    });
  }
  repository.git("repack", "-adfq", "--depth=50");
  const folder = join(repository.folder, ".git", "objects", "pack");
  const originals = readdirSync(folder).map((name) => [join(folder, name), readFileSync(join(folder, name))] as const);
  for (const [file] of originals) rmSync(file);
  const ids = listedBefore(originals, repository);
  fc.assert(
    fc.property(
      fc.constantFrom(".pack", ".idx"),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.option(fc.nat(), { nil: undefined }),
      (ending, changes, cut) => {
        for (const [file, bytes] of originals) {
          const damaged = Buffer.from(bytes);
          if (file.endsWith(ending)) {
            for (const [at, byte] of changes) damaged[at % damaged.length] = byte;
          }
          const isCut = cut !== undefined && file.endsWith(ending);
          writeFileSync(file, isCut ? damaged.subarray(0, cut % damaged.length) : damaged);
        }
        using store = open(repository.folder);
        walkAll(store);
        for (const id of ids) store.read(id);
        for (const [file] of originals) rmSync(file);
      },
    ),
    { numRuns: 150 },
  );
});

function listedBefore(files: readonly (readonly [string, Buffer])[], repository: GitRepository): readonly string[] {
  for (const [file, bytes] of files) writeFileSync(file, bytes);
  const ids = listed(repository).map(([id = ""]) => id);
  for (const [file] of files) rmSync(file);
  assert.ok(ids.length > 20);
  return ids;
}
