import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

// `npm run bench -- NAME [ARGS]` runs bench/NAME.ts; without a name it lists them.
const [name, ...args] = process.argv.slice(2);
const file = join(import.meta.dirname, `${name}.ts`);
if (name === undefined || !/^[a-z-]+$/.test(name) || !existsSync(file)) {
  const names = readdirSync(import.meta.dirname).flatMap((entry) => /^([a-z-]+)\.ts$/.exec(entry)?.[1] ?? []);
  console.error(`usage: npm run bench -- NAME [ARGS]\nnames: ${names.filter((one) => one !== "run").join(", ")}`);
  process.exitCode = 2;
} else {
  process.exitCode = spawnSync(process.execPath, [file, ...args], { stdio: "inherit" }).status ?? 1;
}
