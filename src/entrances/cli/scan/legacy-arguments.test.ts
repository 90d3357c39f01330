import assert from "node:assert/strict";
import { test } from "node:test";
import { legacyArguments } from "./legacy-arguments.ts";

const TABLE: readonly (readonly [command: "detect" | "protect", args: string, expected: string])[] = [
  ["detect", "", "git -- ."],
  ["detect", "--source /repo -v --log-opts=--all", "git -v --log-opts=--all -- /repo"],
  ["detect", "-s=sub --redact -c rules.toml", "git --redact -c rules.toml -- sub"],
  ["detect", "--no-git --source=sub --follow-symlinks", "dir --follow-symlinks -- sub"],
  ["detect", "--pipe -f json", "stdin -f json"],
  ["protect", "--staged -v", "staged -v -- ."],
];
for (const [command, args, expected] of TABLE) {
  test(`gitleaks ${command} ${args} is kustody scan ${expected}`, () => {
    assert.equal(
      legacyArguments(
        command,
        args.split(" ").filter((arg) => arg !== ""),
      ).join(" "),
      expected,
    );
  });
}
