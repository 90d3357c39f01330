import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { connectLabEtcd, openEtcdWriter, tlsOf } from "../src/kernel/etcd/testing/etcd-writer.ts";
import { createHttpClient } from "../src/kernel/http/http-client.ts";
import { writeMessage } from "../src/kernel/protobuf/wire-writer.ts";
import { type EtcdServer, startEtcdServer } from "../src/lab/index.ts";

/**
 * `kustody encryption status` over a real etcd and over its snapshot: N Secrets as the API server writes them with KMS v2,
 * under 200 seeds, a tenth of them written twice. `node bench/encryption-status.ts [N]`
 */
const COUNT = Number(process.argv[2] ?? 300_000);
const SEEDS = 200;

function* secrets(count: number): Generator<readonly [string, Buffer]> {
  const prefix = Buffer.from("k8s:enc:kms:v2:bench:");
  const seeds = Array.from({ length: SEEDS }, () => randomBytes(60));
  const data = randomBytes(320);
  for (let index = 0; index < count; index++) {
    const object = writeMessage([
      [1, data],
      [2, "bench-key-1"],
      [3, seeds[index % SEEDS] ?? data],
      [5, 1],
    ]);
    yield [`/registry/secrets/namespace-${index % 500}/secret-${index}`, Buffer.concat([prefix, object])];
  }
}

interface Measured {
  readonly seconds: number;
  /** Processor time, which other work on the machine doesn't lengthen. */
  readonly cpuSeconds: number;
  readonly rssMegabytes: number;
}

async function status(args: readonly string[]): Promise<Measured> {
  const began = performance.now();
  const child = spawn("bin/kustody", ["encryption", "status", "--names", "10", ...args], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  let rss = 0;
  let ticks = 0;
  const look = setInterval(() => {
    try {
      rss = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? rss);
      // After the name in parentheses: state is field 3, utime 14, stime 15 (proc_pid_stat(5)), in hundredths of a second.
      const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8")
        .replace(/^.*\) /, "")
        .split(" ");
      ticks = Number(fields[11]) + Number(fields[12]);
    } catch {
      // It has just ended.
    }
  }, 10);
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  clearInterval(look);
  if (code !== 0) throw new Error(`exit code ${String(code)}`);
  return { seconds: (performance.now() - began) / 1000, cpuSeconds: ticks / 100, rssMegabytes: rss / 1024 };
}

/** The same range by etcd's JSON gateway, only read and parsed: what speaks against it. */
async function gateway(server: EtcdServer): Promise<number> {
  const http = createHttpClient({ baseUrl: server.endpoint, tls: tlsOf(server) });
  const began = performance.now();
  let from = Buffer.from("/registry/secrets/");
  const range_end = Buffer.from("/registry/secrets0").toString("base64");
  for (;;) {
    const body = JSON.stringify({ key: from.toString("base64"), range_end, limit: 10_000 });
    const reply = await http.request({ method: "POST", path: "/v3/kv/range", body });
    const { kvs, more } = JSON.parse(reply.body.toString()) as { kvs?: { key: string }[]; more?: boolean };
    if (more !== true) break;
    from = Buffer.concat([Buffer.from(kvs?.at(-1)?.key ?? "", "base64"), Buffer.of(0)]);
  }
  await http.close();
  return (performance.now() - began) / 1000;
}

const folder = mkdtempSync(join(tmpdir(), "kustody-bench-status-"));
await using server = await startEtcdServer({ onProgress: console.error });
try {
  const writer = await openEtcdWriter(server);
  await writer.put(secrets(COUNT));
  await writer.put(secrets(COUNT / 10));
  writer.close();
  const etcd = await connectLabEtcd(server);
  const file = join(folder, "snapshot.db");
  await pipeline(Readable.from(etcd.snapshot()), createWriteStream(file));
  etcd.close();
  console.log(`node ${process.version}, ${COUNT} Secrets, ${(statSync(file).size / 1e6).toFixed(0)} MB`);
  console.log(
    "| source | seconds | CPU seconds | keys a second | a CPU second | peak RSS, MB |\n|---|---|---|---|---|---|",
  );
  const access = [
    "--etcd",
    server.endpoint,
    "--cacert",
    server.caFile,
    "--cert",
    server.certFile,
    "--key",
    server.keyFile,
  ];
  for (const [name, args] of [
    ["snapshot", ["--snapshot", file]],
    ["snapshot", ["--snapshot", file]],
    ["etcd, gRPC", access],
    ["etcd, gRPC", access],
  ] as const) {
    const { seconds, cpuSeconds, rssMegabytes } = await status(args);
    const cells = [
      seconds.toFixed(2),
      cpuSeconds.toFixed(2),
      (COUNT / seconds).toFixed(0),
      (COUNT / cpuSeconds).toFixed(0),
    ];
    console.log(`| ${name} | ${cells.join(" | ")} | ${rssMegabytes.toFixed(0)} |`);
  }
  const seconds = await gateway(server);
  console.log(
    `| etcd, JSON gateway, only read and parsed | ${seconds.toFixed(2)} | | ${(COUNT / seconds).toFixed(0)} | | |`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
