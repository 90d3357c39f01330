import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { KustodyError } from "../../kernel/errors.ts";
import type { BinarySource } from "./catalog.ts";

/**
 * The folder of the Go modules. Source and published package differ in where the compiled code lies (src/lab, dist/lab),
 * while go.mod files are published from src/lab/modules only.
 */
export function modulesFolder(): string {
  const candidates = ["../modules/", "../../../src/lab/modules/"].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = candidates.find((folder) => existsSync(folder));
  if (found === undefined) throw new KustodyError("KST_INTERNAL", `no Go modules at ${candidates.join(" or ")}`);
  return found;
}

/** The version that the lab's go.mod pins, without its "v": the only place where it is written. */
export async function pinnedVersion(source: BinarySource, modules: string = modulesFolder()): Promise<string> {
  const file = `${modules}/${source.module}/go.mod`;
  const version = requiredVersion(await readFile(file, "utf8"), source.versionOf);
  if (version === undefined) throw new KustodyError("KST_INTERNAL", `${file} does not require ${source.versionOf}`);
  return version;
}

/** The version of `module` in the text of a go.mod, without its "v" (go.dev/ref/mod#go-mod-file-require). Pure. */
export function requiredVersion(goMod: string, module: string): string | undefined {
  for (const line of goMod.split("\n")) {
    const [first, second, third] = line.trim().split(/\s+/);
    const [name, version] = first === "require" ? [second, third] : [first, second];
    if (name === module && version !== undefined && /^v\d/.test(version)) return version.slice(1);
  }
  return undefined;
}
