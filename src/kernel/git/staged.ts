import { type AddedFile, parsePatch } from "./parse-patch.ts";
import { git } from "./run-git.ts";

const WHAT = "tell what is staged in";

/**
 * What is staged below `folder`: added lines, file by file. Settings of the user and of the repository (prefixes, colours,
 * external tools, converters) have no say. Errors: KST_SCAN_GIT.
 */
export function stagedAdditions(folder: string): readonly AddedFile[] {
  const options = [
    "--staged",
    "-U0",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--src-prefix=a/",
    "--dst-prefix=b/",
  ];
  return parsePatch(git(folder, ["diff", ...options, "."], WHAT));
}

/** The staged content of files, as far as there is any: paths are from the root of the repository. Errors: KST_SCAN_GIT. */
export function stagedContent(folder: string, paths: readonly string[]): ReadonlyMap<string, Buffer> {
  const asked = paths.filter((path) => !path.includes("\n"));
  if (asked.length === 0) return new Map();
  const output = git(folder, ["cat-file", "--batch"], WHAT, asked.map((path) => `:${path}\n`).join(""));
  const found = new Map<string, Buffer>();
  let at = 0;
  for (const path of asked) {
    const end = output.indexOf(0x0a, at);
    if (end < 0) break;
    const size = / blob (\d+)$/.exec(output.toString("utf8", at, end))?.[1];
    at = end + 1;
    if (size === undefined) continue; // "missing", or a submodule
    found.set(path, output.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return found;
}
