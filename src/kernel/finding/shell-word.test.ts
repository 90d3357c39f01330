import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { shellWord } from "./shell-word.ts";

test("ordinary names stand as they are", () => {
  for (const name of ["db", "system:controller:job", "a.b-c_d"]) assert.equal(shellWord(name), name);
});

test("a shell gives back exactly what was put in, and runs nothing", () => {
  for (const name of ["x; echo gone", "$(id)", "a'b", "`id`", "-n", "a b", "", "*", "a\\'$HOME"]) {
    const printed = execFileSync("/bin/sh", ["-c", `printf '%s' ${shellWord(name)}`], { encoding: "utf8" });
    assert.equal(printed, name);
  }
});
