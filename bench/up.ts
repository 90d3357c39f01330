import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Seconds of `kustody up --detach` until its report stands there: binaries in the cache, fresh data each time. `node bench/up.ts` */
const RUNS = 3;
console.log("| run | seconds |\n|---|---|");
for (let run = 1; run <= RUNS; run++) {
  const folder = mkdtempSync(join(tmpdir(), "kustody-bench-up-"));
  try {
    const began = performance.now();
    const { status, stderr } = spawnSync("bin/kustody", ["up", "--detach", "--data-dir", folder], { encoding: "utf8" });
    const seconds = (performance.now() - began) / 1000;
    if (status !== 0) throw new Error(stderr);
    console.log(`| ${run} | ${seconds.toFixed(1)} |`);
  } finally {
    spawnSync("bin/kustody", ["down", "--data-dir", folder]);
    rmSync(folder, { recursive: true, force: true });
  }
}
