import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBinaries, moduleFolder } from "../src/lab/index.ts";
import { HISTORIES } from "./scan/histories.ts";

/**
 * `kustody scan git` against the real gitleaks, in turns, with gitleaks' default configuration for both, on histories of
 * different shapes. gitleaks is stopped after CAP seconds. `node bench/scan-history.ts [RUNS] [CAP] [FOLDER]`: histories are
 * made in FOLDER, or taken from there.
 */
const RUNS = Number(process.argv[2] ?? 1);
const CAP = Number(process.argv[3] ?? 300);
const given = process.argv[4];

interface Measured {
  readonly seconds: number;
  /** Of all its threads, and of the processes that it waited for. */
  readonly cpu: number;
  readonly rssMegabytes: number;
  readonly isWhole: boolean;
}

/** Runs a command to its end, or to the cap; its largest memory is what /proc said last. */
async function measure(command: string, args: readonly string[]): Promise<Measured> {
  const began = performance.now();
  const child = spawn(command, args, { stdio: "ignore" });
  let rss = 0;
  let cpu = 0;
  const look = setInterval(() => {
    try {
      rss = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? rss);
      const [, , , , , , , , , , , user, system, ofChildren, systemOfChildren] = readFileSync(
        `/proc/${child.pid}/stat`,
        "utf8",
      )
        .replace(/\(.*\)/, "()")
        .split(" ")
        .slice(2)
        .map(Number);
      cpu = ((user ?? 0) + (system ?? 0) + (ofChildren ?? 0) + (systemOfChildren ?? 0)) / 100;
    } catch {
      // It has just ended.
    }
  }, 20);
  const stop = setTimeout(() => child.kill(), CAP * 1000);
  const status = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", (code) => resolve(code)),
  );
  clearInterval(look);
  clearTimeout(stop);
  return { seconds: (performance.now() - began) / 1000, cpu, rssMegabytes: rss / 1024, isWhole: status !== null };
}

/** Which values a report has: by rule, file, commit and line. */
function placesIn(report: string): ReadonlySet<string> {
  if (!existsSync(report)) return new Set();
  const leaks = JSON.parse(readFileSync(report, "utf8")) as readonly Readonly<Record<string, unknown>>[];
  return new Set(leaks.map(({ RuleID, File, Commit, StartLine }) => JSON.stringify([RuleID, File, Commit, StartLine])));
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const gitleaks = (await ensureBinaries(["gitleaks"], { onProgress: console.error })).get("gitleaks") ?? "";
const scratch = mkdtempSync(join(tmpdir(), "kustody-bench-history-"));
try {
  const config = join(scratch, "rules.toml");
  const source = await moduleFolder("gitleaks", "github.com/zricethezav/gitleaks/v8");
  writeFileSync(config, readFileSync(join(source, "config", "gitleaks.toml")));
  console.log(`node ${process.version}, median of ${RUNS} in turns, gitleaks stopped after ${CAP} s`);
  console.log(
    "| history | pack MB | blobs MB | gitleaks s (CPU) | kustody s (CPU) | ratio | MB/s | RSS MB, theirs / ours | values: both, theirs, ours |",
  );
  console.log("|---|---|---|---|---|---|---|---|---|");
  for (const { name, make } of HISTORIES) {
    const folder = join(given ?? scratch, name);
    if (!existsSync(folder)) await make(folder);
    const all: { theirs: Measured; ours: Measured }[] = [];
    const [theirReport, ourReport] = [join(scratch, "theirs.json"), join(scratch, "ours.json")];
    for (let run = 0; run < RUNS; run++) {
      rmSync(theirReport, { force: true });
      const common = ["-c", config, "-f", "json"];
      const ours = await measure("bin/kustody", ["scan", "git", folder, ...common, "-r", ourReport]);
      const theirs = await measure(gitleaks, [
        "git",
        folder,
        ...common,
        "-r",
        theirReport,
        "--no-banner",
        "-l",
        "error",
      ]);
      all.push({ theirs, ours });
    }
    const of = (who: "theirs" | "ours", what: "seconds" | "cpu" | "rssMegabytes"): number =>
      median(all.map((run) => run[who][what]));
    const isWhole = all.every(({ theirs }) => theirs.isWhole);
    const sizes = execFileSync(
      "git",
      ["-C", folder, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectsize) %(objectsize:disk)"],
      { maxBuffer: 2 ** 30 },
    )
      .toString()
      .split("\n")
      .map((line) => line.split(" "));
    const pack = sizes.reduce((sum, [, , disk]) => sum + Number(disk ?? 0), 0) / 1e6;
    const blobs = sizes.reduce((sum, [type, size]) => sum + (type === "blob" ? Number(size) : 0), 0) / 1e6;
    const [a, b] = [placesIn(theirReport), placesIn(ourReport)];
    const both = [...b].filter((place) => a.has(place)).length;
    const cells = [
      name,
      pack.toFixed(0),
      blobs.toFixed(0),
      `${isWhole ? "" : "> "}${of("theirs", "seconds").toFixed(1)} (${of("theirs", "cpu").toFixed(1)})`,
      `${of("ours", "seconds").toFixed(1)} (${of("ours", "cpu").toFixed(1)})`,
      `${isWhole ? "" : "> "}${(of("theirs", "seconds") / of("ours", "seconds")).toFixed(1)}×`,
      (blobs / of("ours", "seconds")).toFixed(0),
      `${of("theirs", "rssMegabytes").toFixed(0)} / ${of("ours", "rssMegabytes").toFixed(0)}`,
      isWhole ? `${both}, ${a.size}, ${b.size}` : `–, –, ${b.size}`,
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
