import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeRun } from "./orphans.ts";
import type { RunRecord } from "./run-record.ts";

const HERE = "boot-1/pid:[1]";
const owner = { pid: 10, startTime: "100" };
const server = { pid: 11, startTime: "110", graceMillis: 0, name: "etcd" };
const record = (changes: Partial<RunRecord> = {}): RunRecord => ({
  world: HERE,
  owner,
  processes: [server],
  cgroups: [],
  ...changes,
});
const judge = (value: RunRecord | undefined, ...living: { pid: number }[]) =>
  judgeRun(value, { world: HERE, alive: ({ pid }) => living.some((one) => one.pid === pid) });

test("a run is ended when its owner is gone, and left alone while it lives", () => {
  assert.equal(judge(record(), owner, server), "leave");
  assert.equal(judge(record(), server), "end");
  assert.equal(judge(record()), "end", "its cgroups may be left");
});

test("a detached run is left alone as long as anything of it runs", () => {
  assert.equal(judge(record({ owner: "detached" }), server), "leave");
  assert.equal(judge(record({ owner: "detached" })), "forget");
});

test("ids of another boot mean nothing, and those of another PID namespace nothing here", () => {
  assert.equal(judge(record({ world: "boot-0/pid:[1]" }), server), "forget");
  assert.equal(judge(record({ world: "boot-1/pid:[2]" }), server), "leave");
});

test("a run whose record is gone or damaged is forgotten, and nothing is ended", () => {
  assert.equal(judge(undefined, server), "forget");
});
