import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkFiles } from "../src/entrances/check/check-files.ts";
import { findingsOf } from "../src/kernel/finding/scorecard.ts";
import { mixedObjects } from "./mixed-objects.ts";

/**
 * `check` over 10,000 mixed objects: seconds and peak RSS, each in a child process of its own, so that start-up counts.
 * Arguments: objects per file (default 10). `node bench/check.ts`
 */
const FOLDER = process.env["KUSTODY_BENCH_FOLDER"];
if (FOLDER === undefined) measure(Number(process.argv[2] ?? 10));
else await child(FOLDER);

function measure(perFile: number): void {
  const folder = mkdtempSync(join(tmpdir(), "kustody-bench-"));
  try {
    const objects = [...mixedObjects(10_000)];
    for (let start = 0; start < objects.length; start += perFile) {
      const team = join(folder, `team-${Math.floor(start / 500)}`);
      mkdirSync(team, { recursive: true });
      writeFileSync(join(team, `part-${start}.yaml`), objects.slice(start, start + perFile).join("---\n"));
    }
    console.log(`10,000 objects, ${perFile} a file, ${(objects.join("").length / 1e6).toFixed(1)} MB`);
    for (let run = 0; run < 3; run++) {
      const began = performance.now();
      const { stdout, stderr } = spawnSync(process.execPath, [import.meta.filename], {
        env: { PATH: process.env["PATH"], KUSTODY_BENCH_FOLDER: folder },
        encoding: "utf8",
      });
      process.stdout.write(`${((performance.now() - began) / 1000).toFixed(2)} s  ${stdout}${stderr}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function child(folder: string): Promise<void> {
  const began = performance.now();
  const scorecard = await checkFiles([folder], { base: folder });
  const seconds = (performance.now() - began) / 1000;
  const peak = process.resourceUsage().maxRSS / 1024;
  const { objects, inputErrors, passedOver } = scorecard;
  console.log(
    JSON.stringify({
      seconds,
      peakMiB: Math.round(peak),
      objects,
      findings: findingsOf(scorecard).length,
      inputErrors: inputErrors.length,
      passedOver,
    }),
  );
}
