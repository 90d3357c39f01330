import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { KustodyError } from "../kernel/errors.ts";
import { readLabEnvironment } from "./environment.ts";
import { cleanOrphans, runsFrom, stopDetached } from "./orphans.ts";
import { identify, isAlive, type ProcessIdentity } from "./process-identity.ts";
import { RECORD_FILE, readRecord, writeRecord } from "./run-record.ts";
import { makeThrowAwayFolder } from "./runtime-folder.ts";
import { Supervisor } from "./supervisor.ts";

let runtime: string;
const environment = () => ({ ...readLabEnvironment(), runtime });
before(async () => {
  runtime = await mkdtemp(join(tmpdir(), "kustody-lab-test-"));
});
after(async () => {
  await cleanOrphans(runtime);
  await rm(runtime, { recursive: true, force: true });
});

const shell = (folder: string, script: string, name = "server") => ({
  name,
  command: "/bin/sh",
  args: ["-c", script],
  logFile: join(folder, `${name}.log`),
  ready: () => Promise.resolve(true),
});

async function open(): Promise<{ folder: string; supervisor: Supervisor }> {
  const folder = await makeThrowAwayFolder(runtime, "test");
  return { folder, supervisor: await Supervisor.open({ folder, environment: environment() }) };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let left = 1000; !holds(); left--) {
    if (left === 0) assert.fail(`never: ${what}`);
    await sleep(10);
  }
}

test("a process that ignores SIGTERM is ended after its grace, with its children", async () => {
  const { folder, supervisor } = await open();
  const spec = { ...shell(folder, "trap '' TERM; sleep 600 & echo $!; wait"), graceMillis: 50 };
  const ready = () => Promise.resolve(readFileSync(spec.logFile, "utf8").includes("\n"));
  const { pid } = await supervisor.start({ ...spec, ready });
  const parent = identify(pid);
  const child = identify(Number(readFileSync(spec.logFile, "utf8")));
  assert.ok(parent && child);
  await supervisor.stopAll();
  assert.deepEqual([isAlive(parent), isAlive(child)], [false, false]);
  assert.equal(existsSync(join(folder, RECORD_FILE)), false);
});

test("a process that ends while it starts is an error with the way to its log, quoted only on request", async () => {
  const { folder, supervisor } = await open();
  await using _ = supervisor;
  const never = { ready: () => Promise.resolve(false) };
  const failing = { ...shell(folder, "echo Error: no such flag >&2; exit 3"), ...never };
  await assert.rejects(supervisor.start(failing), (error: unknown) => {
    assert.ok(error instanceof KustodyError);
    assert.equal(error.code, "KST_LAB_START_FAILED");
    assert.doesNotMatch(error.message, /no such flag/);
    assert.match(error.hint ?? "", /server\.log/);
    return true;
  });
  await assert.rejects(supervisor.start({ ...failing, quoteLog: true }), /no such flag/);
  const taken = { ...shell(folder, "echo 'listen tcp 127.0.0.1:1: bind: address already in use'; exit 1"), ...never };
  await assert.rejects(supervisor.start(taken), { code: "KST_LAB_PORT_TAKEN", retry: "backoff" });
  await assert.rejects(supervisor.start({ ...taken, command: "/no/such/file" }), { code: "KST_LAB_START_FAILED" });
  const slow = { ...shell(folder, "sleep 600"), ...never, readyWithinMillis: 100 };
  await assert.rejects(supervisor.start(slow), /was not ready within/);
  assert.deepEqual(supervisor.running(), []);
});

test("an abort ends what was starting", async () => {
  const { folder, supervisor } = await open();
  await using _ = supervisor;
  const controller = new AbortController();
  const spec = { ...shell(folder, "sleep 600"), ready: () => Promise.resolve(false) };
  const starting = supervisor.start(spec, controller.signal);
  controller.abort(new Error("enough"));
  await assert.rejects(starting, /enough/);
  assert.deepEqual(supervisor.running(), []);
});

test("an unexpected end is reported, leaves no child behind, and the process can be started again", async () => {
  const lines: string[] = [];
  const folder = await makeThrowAwayFolder(runtime, "test");
  const onProgress = (line: string) => void lines.push(line);
  await using supervisor = await Supervisor.open({ folder, environment: environment(), onProgress });
  const spec = shell(folder, "sleep 600 & echo $!; wait");
  const ready = () => Promise.resolve(readFileSync(spec.logFile, "utf8").includes("\n"));
  const { pid } = await supervisor.start({ ...spec, ready });
  const child = identify(Number(readFileSync(spec.logFile, "utf8")));
  assert.ok(child);
  process.kill(pid, "SIGKILL");
  await until("reported", () => lines.length > 0);
  await until("its child ended as well", () => !isAlive(child));
  assert.match(lines[0] ?? "", /server ended unexpectedly \(SIGKILL\)/);
  await supervisor.start(shell(folder, "sleep 600"));
  await supervisor.kill("server");
  assert.deepEqual(supervisor.running(), []);
  assert.equal(lines.length, 1, "an end that was asked for is not reported");
});

/** A program of its own that starts one process, says what it is, and then does `finish`. */
async function parent(finish: string): Promise<{ program: ChildProcess; server: ProcessIdentity; folder: string }> {
  const folder = await makeThrowAwayFolder(runtime, "test");
  const code = `
    const { Supervisor } = await import(${JSON.stringify(new URL("./supervisor.ts", import.meta.url).href)});
    const supervisor = await Supervisor.open({ folder: ${JSON.stringify(folder)} });
    const { pid } = await supervisor.start({ name: "server", command: "sleep", args: ["600"],
      logFile: ${JSON.stringify(join(folder, "server.log"))}, ready: async () => true });
    process.stdout.write(pid + "\\n");
    ${finish}`;
  const program = spawn(process.execPath, ["--input-type=module", "-e", code], {
    env: { ...process.env, KUSTODY_LAB_RUNTIME_DIR: runtime },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await once(program.stdout, "data")) as [Buffer];
  const server = identify(Number(line.toString()));
  assert.ok(server, "the process runs");
  return { program, server, folder };
}

const WAIT = "setInterval(() => {}, 1000);";
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"] as const) {
  test(`processes end with a program that ends by ${signal}`, async () => {
    const { program, server } = await parent(WAIT);
    program.kill(signal);
    await until("the process ended", () => !isAlive(server));
  });
}

for (const [how, finish] of Object.entries({
  "process.exit": "await new Promise((resolve) => setTimeout(resolve, 200)); process.exit(0);",
  "an uncaught error": 'setTimeout(() => { throw new Error("bug"); }, 200);',
  "having nothing left to do": "",
})) {
  test(`processes end with a program that ends by ${how}`, async () => {
    const { program, server } = await parent(`await new Promise((resolve) => setTimeout(resolve, 100)); ${finish}`);
    if (program.exitCode === null) await once(program, "exit");
    await until("the process ended", () => !isAlive(server));
  });
}

/** A program that was killed together with its watchdog. */
async function orphan(): Promise<{ server: ProcessIdentity; folder: string }> {
  const { program, server, folder } = await parent(WAIT);
  for (const pid of await childrenOf(program.pid ?? 0)) if (pid !== server.pid) process.kill(pid, "SIGKILL");
  program.kill("SIGKILL");
  await once(program, "exit");
  return { server, folder };
}

async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`);
  const lists = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8"));
  return lists.join(" ").split(/\s+/).filter(Boolean).map(Number);
}

test("what even the watchdog could not end, the next start does, with its data", async () => {
  const { server, folder } = await orphan();
  assert.equal(isAlive(server), true, "an orphan, as the test needs it");
  await cleanOrphans(runtime);
  assert.equal(isAlive(server), false);
  assert.equal(existsSync(folder), false);
});

test("a process that got the id of a dead one is never touched", async () => {
  const { server, folder } = await orphan();
  const file = join(folder, RECORD_FILE);
  const record = readRecord(file);
  assert.ok(record);
  const stale = record.processes.map((entry) => ({ ...entry, startTime: `${BigInt(entry.startTime) - 1n}` }));
  writeRecord(file, { ...record, processes: stale });
  await cleanOrphans(runtime);
  assert.equal(isAlive(server), true);
  process.kill(server.pid, "SIGKILL");
});

test("runs whose owner lives are left alone", async () => {
  const { folder, supervisor } = await open();
  await using _ = supervisor;
  await supervisor.start(shell(folder, "sleep 600"));
  await cleanOrphans(runtime);
  assert.equal(supervisor.running().length, 1);
});

test("a detached run outlives its program and the next start, until it is stopped by its folder", async () => {
  const { program, server, folder } = await parent("await supervisor.detach(); process.exit(0);");
  if (program.exitCode === null) await once(program, "exit");
  await cleanOrphans(runtime);
  assert.equal(isAlive(server), true);
  assert.equal(runsFrom(folder), true);
  await stopDetached(folder);
  assert.equal(isAlive(server), false);
  await assert.rejects(stopDetached(folder), { code: "KST_LAB_NOT_RUNNING" });
});
