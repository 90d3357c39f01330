import { readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";

const DEEPEST = 5;
const MOST = 64;
const LARGEST = 1024 * 1024;

/**
 * The object folder and those that it borrows from (`info/alternates`, gitrepository-layout(5)), each once however they
 * refer to each other; git follows five levels too. Folders that are not there are told.
 */
export function objectFolders(first: string, onMissing: (folder: string) => void): readonly string[] {
  const found = new Map<string, string>();
  const visit = (folder: string, depth: number): void => {
    const real = realFolder(folder);
    if (real === undefined) onMissing(folder);
    if (real === undefined || found.has(real) || found.size >= MOST) return;
    found.set(real, folder);
    if (depth >= DEEPEST) return;
    for (const line of alternatesOf(real)) visit(path.resolve(real, line), depth + 1);
  };
  visit(first, 0);
  return [...found.keys()];
}

function realFolder(folder: string): string | undefined {
  try {
    return realpathSync(folder);
  } catch {
    return undefined;
  }
}

function alternatesOf(folder: string): readonly string[] {
  const file = path.join(folder, "info", "alternates");
  try {
    const { size } = statSync(file);
    if (size > LARGEST) return [];
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
  } catch {
    return []; // it borrows nothing
  }
}
