import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { ensureBinaries } from "../../src/lab/index.ts";

interface Result {
  readonly method: string;
  readonly inFlight: number;
  readonly rate: number;
  readonly failed: number;
  readonly perSecond: number;
  readonly p50Millis: number;
  readonly p99Millis: number;
}

const RUNS: readonly string[][] = [
  ["-method", "decrypt", "-in-flight", "1"],
  ["-method", "decrypt", "-in-flight", "32"],
  ["-method", "encrypt", "-in-flight", "1"],
  ["-method", "encrypt", "-in-flight", "32"],
  ["-method", "decrypt", "-rate", "1000", "-in-flight", "64"],
];

/** Calls a second and how long they take, by a load generator with the API server's own client; the median of `rounds`. */
export async function throughput(socketPath: string, rounds: number): Promise<void> {
  const load = (await ensureBinaries(["kms-load"], { onProgress: console.error })).get("kms-load") ?? "";
  console.log("| call | in flight | a second | p50, ms | p99, ms |\n|---|---|---|---|---|");
  for (const args of RUNS) {
    const results: Result[] = [];
    for (let round = 0; round < rounds; round++) {
      const { stdout } = await promisify(execFile)(load, ["-socket", socketPath, "-seconds", "4", ...args]);
      results.push(JSON.parse(stdout) as Result);
    }
    const one = results.sort((a, b) => a.perSecond - b.perSecond)[rounds >> 1];
    if (one === undefined) continue;
    if (results.some(({ failed }) => failed > 0)) throw new Error(`calls failed: ${JSON.stringify(results)}`);
    const flight = one.rate > 0 ? `${one.rate}/s offered` : one.inFlight;
    const p99 = results.map(({ p99Millis }) => p99Millis).sort((a, b) => a - b)[rounds >> 1] ?? 0;
    console.log(
      `| ${one.method} | ${flight} | ${one.perSecond.toFixed(0)} | ${one.p50Millis.toFixed(2)} | ${p99.toFixed(2)} |`,
    );
  }
}
