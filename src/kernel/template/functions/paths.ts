import { type FunctionTable, fn } from "./go-function.ts";

/** Go's path package; those with `os` are the same, since Kustody's templates run on Unix. They look at no file. */
const base = fn(["string"], ([path]) => {
  const trimmed = path.replace(/\/+$/, "");
  if (path === "") return ".";
  return trimmed === "" ? "/" : trimmed.slice(trimmed.lastIndexOf("/") + 1);
});
const dir = fn(["string"], ([path]) => cleanPath(path.slice(0, path.lastIndexOf("/") + 1)));
const clean = fn(["string"], ([path]) => cleanPath(path));
const ext = fn(["string"], ([path]) => {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.includes(".") ? name.slice(name.lastIndexOf(".")) : "";
});
const isAbs = fn(["string"], ([path]) => path.startsWith("/"));

export const PATH_FUNCTIONS: FunctionTable = {
  base,
  dir,
  clean,
  ext,
  isAbs,
  osBase: base,
  osDir: dir,
  osClean: clean,
  osExt: ext,
  osIsAbs: isAbs,
};

/** The shortest path to the same place, without `.` and with `..` only in front. */
function cleanPath(path: string): string {
  const isRooted = path.startsWith("/");
  const kept: string[] = [];
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    if (name !== "..") kept.push(name);
    else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
    else if (!isRooted) kept.push(name);
  }
  const cleaned = kept.join("/");
  return isRooted ? `/${cleaned}` : cleaned === "" ? "." : cleaned;
}
