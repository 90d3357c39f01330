import { spawnSync } from "node:child_process";
import { childEnvironment } from "../config/environment.ts";
import { KustodyError } from "../errors.ts";
import { type AddedFile, parsePatch } from "./parse-patch.ts";

/** A patch beyond this is not read at once. */
const LARGEST_OUTPUT = 1024 * 1024 * 1024;

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
  return parsePatch(git(folder, ["-c", "core.quotePath=false", "diff", ...options, "."], undefined));
}

/** The staged content of files, as far as there is any: paths are from the root of the repository. Errors: KST_SCAN_GIT. */
export function stagedContent(folder: string, paths: readonly string[]): ReadonlyMap<string, Buffer> {
  const asked = paths.filter((path) => !path.includes("\n"));
  if (asked.length === 0) return new Map();
  const output = git(folder, ["cat-file", "--batch"], asked.map((path) => `:${path}\n`).join(""));
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

function git(folder: string, args: readonly string[], input: string | undefined): Buffer {
  const { status, stdout, stderr, error } = spawnSync("git", ["-C", folder, ...args], {
    // Never asks for anything, takes no lock, and speaks English.
    env: childEnvironment({ GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" }),
    maxBuffer: LARGEST_OUTPUT,
    ...(input === undefined ? { stdio: ["ignore", "pipe", "pipe"] } : { input }),
  });
  if (error === undefined && status === 0) return stdout;
  const said = error === undefined ? stderr.toString("utf8").trim().split("\n")[0] : error.message;
  throw new KustodyError("KST_SCAN_GIT", `git cannot tell what is staged in ${folder}: ${said ?? ""}`, {
    hint: `run 'git -C ${folder} status'; it needs git, and a repository that git trusts`,
  });
}
