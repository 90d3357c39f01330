import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureBinaries, moduleFolder } from "../src/lab/index.ts";

/**
 * `kustody scan dir` against the real gitleaks, in turns, with gitleaks' default configuration for both (so the findings are
 * the same: test/conformance/gitleaks), on the sources of Go modules; and `kustody scan staged` of ten files with our
 * catalogue. `node bench/scan.ts [RUNS]`
 */
const RUNS = Number(process.argv[2] ?? 3);
const TREES: readonly (readonly [pinnedIn: string, module: string])[] = [
  ["vault", "github.com/hashicorp/vault"],
  ["vault", "k8s.io/api"],
  ["gitleaks", "github.com/zricethezav/gitleaks/v8"],
];

interface Measured {
  readonly seconds: number;
  readonly rssMegabytes: number;
}

/** Runs a command to its end; its largest memory is what /proc said last. */
async function measure(command: string, args: readonly string[]): Promise<Measured> {
  const began = performance.now();
  const child = spawn(command, args, { stdio: "ignore" });
  let rss = 0;
  const look = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      rss = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? rss);
    } catch {
      // It has just ended.
    }
  }, 10);
  await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  clearInterval(look);
  return { seconds: (performance.now() - began) / 1000, rssMegabytes: rss / 1024 };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

const gitleaks = (await ensureBinaries(["gitleaks"], { onProgress: console.error })).get("gitleaks") ?? "";
const scratch = mkdtempSync(join(tmpdir(), "kustody-bench-scan-"));
try {
  const config = join(scratch, "rules.toml");
  const source = await moduleFolder("gitleaks", "github.com/zricethezav/gitleaks/v8");
  writeFileSync(config, readFileSync(join(source, "config", "gitleaks.toml")));
  console.log(`node ${process.version}, median of ${RUNS} runs in turns`);
  console.log("| tree | MB | gitleaks s | kustody s | ratio | kustody MB/s | gitleaks RSS MB | kustody RSS MB |");
  console.log("|---|---|---|---|---|---|---|---|");
  for (const [pinnedIn, module] of TREES) {
    const tree = await moduleFolder(pinnedIn, module);
    const runs: { theirs: Measured; ours: Measured }[] = [];
    for (let run = 0; run < RUNS; run++) {
      const theirs = await measure(gitleaks, ["dir", tree, "-c", config, "--no-banner", "-l", "error"]);
      const ours = await measure("bin/kustody", ["scan", "dir", tree, "-c", config]);
      runs.push({ theirs, ours });
    }
    const [theirs, ours] = [median(runs.map((run) => run.theirs.seconds)), median(runs.map((run) => run.ours.seconds))];
    const megabytes = sizeOf(tree) / 1e6;
    const rss = [median(runs.map((run) => run.theirs.rssMegabytes)), median(runs.map((run) => run.ours.rssMegabytes))];
    const cells = [module, megabytes.toFixed(0), theirs.toFixed(2), ours.toFixed(2), `${(theirs / ours).toFixed(1)}×`];
    console.log(`| ${[...cells, (megabytes / ours).toFixed(0), ...rss.map((one) => one.toFixed(0))].join(" | ")} |`);
  }
  const repository = join(scratch, "repository");
  execFileSync("git", ["init", "-q", repository]);
  for (let index = 0; index < 10; index++) {
    const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings-${index} }\ndata:\n${Array.from({ length: 200 }, (_, line) => `  key-${line}: a value\n`).join("")}`;
    writeFileSync(join(repository, index % 2 === 0 ? `${index}.yaml` : `${index}.go`), text);
  }
  execFileSync("git", ["-C", repository, "add", "."]);
  for (const [name, command, args] of [
    ["gitleaks git --staged", gitleaks, ["git", "--staged", repository, "--no-banner", "-l", "error"]],
    ["kustody scan staged", "bin/kustody", ["scan", "staged", repository]],
  ] as const) {
    const millis: number[] = [];
    for (let run = 0; run <= 10; run++) millis.push((await measure(command, args)).seconds * 1000);
    console.log(`${name}, ten files: median ${median(millis.slice(1)).toFixed(0)} ms of 10 runs`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
