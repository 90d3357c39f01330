import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { formatRecord, parseRecord, type RunRecord } from "./run-record.ts";

const pid = fc.integer({ min: 2, max: 4_194_304 });
const startTime = fc.bigInt({ min: 0n, max: 2n ** 63n }).map(String);
const name = fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/);
const plain = { noNullPrototype: true };
const record: fc.Arbitrary<RunRecord> = fc.record(
  {
    world: fc.uuid().map((boot) => `${boot}/pid:[4026531836]`),
    owner: fc.oneof(fc.constant("detached" as const), fc.record({ pid, startTime }, plain)),
    processes: fc.array(fc.record({ pid, startTime, graceMillis: fc.nat(60_000), name }, plain)),
    cgroups: fc.array(name.filter((part) => !part.includes("..")).map((part) => `/sys/fs/cgroup/memory/${part}`)),
  },
  plain,
);

test("a record is read as it was written", () => {
  fc.assert(fc.property(record, (value) => assert.deepEqual(parseRecord(formatRecord(value)), value)));
});

test("a damaged record is none, so that nothing is ended on its word", () => {
  const head = "world boot/pid:[1]\nowner 10 20\n";
  assert.ok(parseRecord(head));
  const damages = [
    "process 1 20 0 init", // not even by mistake
    "process 0 20 0 group",
    "process -1 20 0 all",
    "process 12x 20 0 name",
    "process 12 20 0",
    "process 12 20 0 two words",
    "cgroup /etc",
    "cgroup /sys/fs/cgroup/../../etc",
    "unknown 1",
  ];
  for (const line of damages) assert.equal(parseRecord(`${head}${line}\n`), undefined, line);
  assert.equal(parseRecord("owner 10 20\n"), undefined);
  assert.equal(parseRecord("world boot/pid:[1]\n"), undefined);
});

test("no text makes the reader fail", () => {
  fc.assert(fc.property(fc.string(), (text) => void parseRecord(text)));
});
