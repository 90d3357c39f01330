import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { brotliCompressSync, crc32, gzipSync, zstdCompressSync } from "node:zlib";
import * as fc from "fast-check";
import { type ExpandOptions, expandArchive } from "./expand-archive.ts";

let folder = "";
const LONG = `${"long-".repeat(30)}/${"name-".repeat(30)}.txt`;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "kustody-archive-"));
  mkdirSync(join(folder, "in/sub"), { recursive: true });
  mkdirSync(join(folder, "in", LONG.split("/")[0] ?? ""));
  writeFileSync(join(folder, "in/a.txt"), "first\n".repeat(100));
  writeFileSync(join(folder, "in/sub/ü.yaml"), "second\n");
  writeFileSync(join(folder, "in", LONG), "third\n");
  writeFileSync(join(folder, "in/empty"), "");
});
after(() => rmSync(folder, { recursive: true }));

interface Expanded {
  readonly files: readonly (readonly [path: string, text: string])[];
  readonly problems: readonly string[];
}

function expand(path: string, bytes: Buffer, more: Partial<ExpandOptions> = {}): Expanded {
  const problems: string[] = [];
  const options: ExpandOptions = {
    maxDepth: 3,
    maxFileBytes: 64 * 1024 * 1024,
    onProblem: (at, reason) => void problems.push(`${at}: ${reason}`),
    isLate: () => false,
    ...more,
  };
  const files = [...expandArchive({ path, bytes }, options)].map(
    (file) => [file.path, file.bytes.toString("utf8")] as const,
  );
  return { files, problems };
}

const run = (command: string, ...args: string[]): void =>
  void execFileSync(command, args, { cwd: join(folder, "in"), stdio: ["ignore", "ignore", "pipe"] });
const made = (name: string): Buffer => readFileSync(join(folder, name));
const python = (script: string): void => run("python3", "-c", script);
const contents = (path: string): Expanded["files"] => [
  [`${path}!a.txt`, "first\n".repeat(100)],
  [`${path}!${LONG}`, "third\n"],
  [`${path}!sub/ü.yaml`, "second\n"],
];
const sorted = ({ files }: Expanded): Expanded["files"] => files.toSorted(([a], [b]) => (a < b ? -1 : 1));

const MAKERS: Record<string, () => void> = {
  "zip.zip": () => run("zip", "-q", "-r", "../zip.zip", "."),
  "stored.zip": () => run("zip", "-q", "-0", "-r", "../stored.zip", "."),
  "python.zip": () =>
    python(`import zipfile,os
z=zipfile.ZipFile('../python.zip','w',zipfile.ZIP_DEFLATED)
for d,_,f in os.walk('.'):
  for n in f:
    with z.open(os.path.relpath(os.path.join(d,n)),'w',force_zip64=True) as out: out.write(open(os.path.join(d,n),'rb').read())
z.comment=b'x'*1000
z.close()`),
  "gnu.tar": () => run("tar", "--format=gnu", "-cf", "../gnu.tar", "a.txt", "sub", LONG.split("/")[0] ?? ""),
  "pax.tar": () => run("tar", "--format=pax", "-cf", "../pax.tar", "a.txt", "sub", LONG.split("/")[0] ?? ""),
  "chart.tgz": () => run("tar", "-czf", "../chart.tgz", "a.txt", "sub", LONG.split("/")[0] ?? ""),
  "x.tar.zst": () => run("tar", "--zstd", "-cf", "../x.tar.zst", "a.txt", "sub", LONG.split("/")[0] ?? ""),
  "python.tar": () =>
    python(`import tarfile
t=tarfile.open('../python.tar','w',format=tarfile.PAX_FORMAT)
for n in ['a.txt','sub','${LONG}']: t.add(n)
t.close()`),
};
for (const [name, make] of Object.entries(MAKERS)) {
  test(`${name}, made by the real tool, is read with every name and byte`, () => {
    make();
    const expanded = expand(name, made(name));
    assert.deepEqual(sorted(expanded), contents(name));
    assert.deepEqual(expanded.problems, []);
  });
}

/** Sizes and places of 64 bits, as archives of more than 4 GB have them, around one small file. */
function zip64(name: string, text: string): Buffer {
  const [names, data] = [Buffer.from(name), Buffer.from(text)];
  const field = (...values: readonly (readonly [bytes: number, value: number])[]): Buffer =>
    Buffer.concat(
      values.map(([bytes, value]) => {
        const buffer = Buffer.alloc(8);
        buffer.writeBigUInt64LE(BigInt(value));
        return buffer.subarray(0, bytes);
      }),
    );
  const none = 0xffff_ffff;
  const start = field([4, 0x04034b50], [2, 45], [2, 0], [2, 0], [4, 0], [4, crc32(data)]);
  const local = [start, field([4, data.length], [4, data.length], [2, names.length], [2, 0]), names, data];
  const extra = field([2, 1], [2, 24], [8, data.length], [8, data.length], [8, 0]);
  const central = [
    field([4, 0x02014b50], [2, 45], [2, 45], [2, 0], [2, 0], [4, 0], [4, crc32(data)], [4, none], [4, none]),
    field([2, names.length], [2, extra.length], [2, 0], [2, 0], [2, 0], [4, 0], [4, none]),
    names,
    extra,
  ];
  const at = Buffer.concat(local).length;
  const size = Buffer.concat(central).length;
  const end = field([4, 0x06064b50], [8, 44], [2, 45], [2, 45], [4, 0], [4, 0], [8, 1], [8, 1], [8, size], [8, at]);
  const locator = field([4, 0x07064b50], [4, 0], [8, at + size], [4, 1]);
  const last = field([4, 0x06054b50], [2, 0], [2, 0], [2, 0xffff], [2, 0xffff], [4, none], [4, none], [2, 0]);
  return Buffer.concat([...local, ...central, end, locator, last]);
}

test("a zip archive with sizes and places of 64 bits is read, as Python reads it", () => {
  const bytes = zip64("a.txt", "text");
  writeFileSync(join(folder, "64.zip"), bytes);
  const script = "import zipfile; print(zipfile.ZipFile('../64.zip').read('a.txt').decode(), end='')";
  assert.equal(execFileSync("python3", ["-c", script], { cwd: join(folder, "in"), encoding: "utf8" }), "text");
  assert.deepEqual(expand("64.zip", bytes), { files: [["64.zip!a.txt", "text"]], problems: [] });
});

test("what is compressed alone keeps its name; Brotli is told by it", () => {
  assert.deepEqual(expand("a.gz", gzipSync("text")).files, [["a.gz", "text"]]);
  assert.deepEqual(expand("a.gz", Buffer.concat([gzipSync("one "), gzipSync("two")])).files, [["a.gz", "one two"]]);
  assert.deepEqual(expand("a.zst", zstdCompressSync("text")).files, [["a.zst", "text"]]);
  assert.deepEqual(expand("a.br", brotliCompressSync("text")).files, [["a.br", "text"]]);
  assert.deepEqual(expand("a.br", Buffer.from("text")).files, [["a.br", "text"]], "it is none");
  assert.deepEqual(expand("a.gz", Buffer.from("1f8b0800000000000003ffffffff", "hex")).problems, [
    "a.gz: its compressed data are damaged",
  ]);
  assert.deepEqual(expand("a.txt", Buffer.from("text")).files, [["a.txt", "text"]]);
});

test("archives in archives are opened to the given depth and no deeper", () => {
  run("zip", "-q", "../inner.zip", "a.txt");
  execFileSync("tar", ["-cf", "middle.tar", "inner.zip"], { cwd: folder });
  execFileSync("zip", ["-q", "outer.zip", "middle.tar"], { cwd: folder });
  const outer = made("outer.zip");
  assert.deepEqual(
    expand("o.zip", outer).files.map(([path]) => path),
    ["o.zip!middle.tar!inner.zip!a.txt"],
  );
  const shallow = expand("o.zip", outer, { maxDepth: 2 });
  assert.deepEqual(shallow.files, []);
  assert.match(shallow.problems[0] ?? "", /^o\.zip!middle\.tar!inner\.zip: .*nested deeper than 2/);
});

test("names that lead out of the archive are names below it", () => {
  python(`import zipfile,tarfile,io
z=zipfile.ZipFile('../evil.zip','w')
for n in ['../../etc/passwd','/root/x','a/../../b']: z.writestr(n,'text')
z.close()
t=tarfile.open('../evil.tar','w')
for n in ['../../etc/passwd','/root/x']:
  i=tarfile.TarInfo(n); i.size=4; t.addfile(i,io.BytesIO(b'text'))
i=tarfile.TarInfo('link'); i.type=tarfile.SYMTYPE; i.linkname='/etc/passwd'; t.addfile(i)
t.close()`);
  assert.deepEqual(
    expand("e.zip", made("evil.zip")).files.map(([path]) => path),
    ["e.zip!etc/passwd", "e.zip!root/x", "e.zip!b"],
  );
  assert.deepEqual(
    expand("e.tar", made("evil.tar")).files.map(([path]) => path),
    ["e.tar!etc/passwd", "e.tar!root/x"],
  );
});

test("bombs end at their bound and are told; what stands beside them is read", () => {
  const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024));
  assert.deepEqual(expand("bomb.gz", bomb), {
    files: [],
    problems: ["bomb.gz: it unpacks to more than 67108864 bytes"],
  });
  writeFileSync(join(folder, "bomb.gz"), bomb);
  execFileSync("zip", ["-q", "bomb.zip", "bomb.gz", "in/a.txt"], { cwd: folder });
  const { files, problems } = expand("bomb.zip", made("bomb.zip"));
  assert.deepEqual(
    files.map(([path]) => path),
    ["bomb.zip!in/a.txt"],
  );
  assert.match(problems.join(), /^bomb\.zip!bomb\.gz: it unpacks to more than/);
});

test("an archive that takes too long, or holds too many files, is left there", () => {
  let calls = 0;
  run("zip", "-q", "-r", "../late.zip", ".");
  const late = expand("l.zip", made("late.zip"), { isLate: () => ++calls > 3 });
  assert.ok(late.files.length > 0 && late.files.length < 3);
  assert.match(late.problems.join(), /the archive takes too long/);
  python(`import zipfile
z=zipfile.ZipFile('../many.zip','w')
for n in range(100_010): z.writestr(str(n),'')
z.close()`);
  assert.match(expand("m.zip", made("many.zip")).problems.join(), /holds more than 100000 files/);
});

test("what is not read is told: encrypted members, other formats, other methods", () => {
  run("zip", "-q", "-P", "password", "../secret.zip", "a.txt");
  assert.deepEqual(expand("s.zip", made("secret.zip")).problems, ["s.zip!a.txt: it is encrypted"]);
  python("import zipfile\nz=zipfile.ZipFile('../lzma.zip','w',zipfile.ZIP_LZMA)\nz.write('a.txt')\nz.close()");
  assert.match(expand("l.zip", made("lzma.zip")).problems.join(), /compressed by method 14/);
  for (const [name, flag] of [
    ["b.tar.bz2", "-j"],
    ["x.tar.xz", "-J"],
  ] as const) {
    run("tar", flag, "-cf", `../${name}`, "a.txt");
    assert.match(expand(name, made(name)).problems.join(), /: (?:bzip2|xz) archives are not read$/);
  }
});

test("of an archive that breaks off, or is damaged inside, the rest is read", () => {
  const tar = made("gnu.tar");
  const cut = expand("c.tar", tar.subarray(0, 512 + 300));
  assert.deepEqual(
    cut.files.map(([, text]) => text),
    ["first\n".repeat(50)],
  );
  assert.match(cut.problems.join(), /breaks off inside of it/);
  const damaged = Buffer.from(tar);
  damaged.fill(0xff, 0, 100);
  assert.match(expand("d.tar", damaged).problems.join(), /it is damaged at byte 0/);
  assert.ok(expand("d.tar", damaged).files.some(([, text]) => text === "second\n"));
  const zip = made("zip.zip");
  assert.match(expand("z.zip", zip.subarray(0, zip.length - 60)).problems.join(), /directory/);
  const gzip = gzipSync("x".repeat(100_000));
  assert.ok(expand("g.gz", gzip.subarray(0, gzip.length - 20)).files.length === 1, "what there is of it");
});

test("whatever bytes are changed, cut or put in, it ends, and gives no more than its bounds", () => {
  const originals = ["zip.zip", "python.zip", "gnu.tar", "pax.tar", "chart.tgz", "x.tar.zst", "outer.zip"].map(
    (name) => [name, made(name)] as const,
  );
  const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), byte: fc.nat(255) });
  fc.assert(
    fc.property(
      fc.constantFrom(...originals),
      fc.array(change, { minLength: 1, maxLength: 30 }),
      fc.double({ min: 0.2, max: 1, noNaN: true }),
      ([name, original], changes, share) => {
        const bytes = Buffer.from(original.subarray(0, Math.ceil(original.length * share)));
        for (const { at, byte } of changes) bytes[Math.floor(at * bytes.length)] = byte;
        const total = expand(name, bytes, { maxFileBytes: 1_000_000 }).files.reduce(
          (sum, [, text]) => sum + text.length,
          0,
        );
        assert.ok(total < 100_000_000);
      },
    ),
    { numRuns: 600 },
  );
});
