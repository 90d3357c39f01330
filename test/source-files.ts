import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** Every TypeScript file below `folder`, as paths relative to the repository's root, sorted. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/** What a file imports, statically or lazily: our files as paths from the root, packages by name; node: modules are left out. */
export function importsOf(file: string): { ours: string[]; packages: string[] } {
  const text = readFileSync(file, "utf8");
  const specifiers = [
    ...text.matchAll(/^(?:import|export)\b[^;]*?\bfrom\s+"([^"]+)"|^import\s+"([^"]+)"|\bimport\(\s*"([^"]+)"/gm),
  ].map(([, from, bare, lazy]) => from ?? bare ?? lazy ?? "");
  const ours = specifiers.filter((name) => name.startsWith(".")).map((name) => path.join(path.dirname(file), name));
  const packages = specifiers
    .filter((name) => !name.startsWith(".") && !name.startsWith("node:"))
    .map((name) =>
      name
        .split("/")
        .slice(0, name.startsWith("@") ? 2 : 1)
        .join("/"),
    );
  return { ours, packages };
}
