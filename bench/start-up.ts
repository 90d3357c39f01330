import { spawnSync } from "node:child_process";

/** Whole-process milliseconds of commands that must start fast, against an empty Node as the floor. `node bench/start-up.ts` */
const RUNS = 20;
const node = process.execPath;
const COMMANDS: readonly [name: string, command: string, args: readonly string[]][] = [
  ["node -e 0 (the floor)", node, ["-e", "0"]],
  ["kustody --help", "bin/kustody", ["--help"]],
  ["kustody check examples/seed", "bin/kustody", ["check", "examples/seed"]],
];

console.log(`node ${process.version}, ${RUNS} runs after one warm-up`);
console.log("| command | min ms | median ms | max ms |\n|---|---|---|---|");
for (const [name, command, args] of COMMANDS) {
  const millis = Array.from({ length: RUNS + 1 }, () => {
    const began = performance.now();
    spawnSync(command, args);
    return performance.now() - began;
  });
  const sorted = millis.slice(1).sort((a, b) => a - b);
  const at = (index: number): string => (sorted[index] ?? 0).toFixed(0);
  console.log(`| ${name} | ${at(0)} | ${at(RUNS / 2)} | ${at(RUNS - 1)} |`);
}
