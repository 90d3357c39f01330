import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

export interface Question {
  readonly op:
    | "gjson"
    | "base64"
    | "base64url"
    | "duration"
    | "json-float64"
    | "json-text"
    | "hash"
    | "hash-meta"
    | "allowed-key"
    | "regexp";
  readonly input: Buffer;
  readonly option?: string;
}

export interface GoOracle {
  /** What Go answers; undefined for an error or "does not exist". */
  ask(questions: readonly Question[]): Promise<(Buffer | undefined)[]>;
  close(): void;
}

/** The Go program of this folder, built at the first question. */
export function openGoOracle(): GoOracle {
  const folder = mkdtempSync(path.join(tmpdir(), "kustody-go-values-"));
  const program = path.join(folder, "oracle");
  let built: Promise<unknown> | undefined;
  return {
    async ask(questions) {
      built ??= promisify(execFile)("go", ["build", "-mod=readonly", "-o", program, "."], { cwd: import.meta.dirname });
      await built;
      const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
      try {
        const lines = questions.map(({ op, input, option = "" }) =>
          JSON.stringify({ Op: op, Input: input.toString("base64"), Option: Buffer.from(option).toString("base64") }),
        );
        child.stdin.end(lines.join("\n"));
        const answers: (Buffer | undefined)[] = [];
        for await (const line of createInterface({ input: child.stdout })) {
          const { ok, value } = JSON.parse(line) as { ok: boolean; value: string | null };
          answers.push(ok ? Buffer.from(value ?? "", "base64") : undefined);
        }
        assert.equal(answers.length, questions.length, "the Go program ended early");
        return answers;
      } finally {
        child.kill();
      }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
