import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

/** A template with the data that it gets: texts, as an ExternalSecret gives, or JSON of any shape. */
export interface Case {
  readonly template: string;
  readonly strings?: Readonly<Record<string, Buffer | string>>;
  readonly any?: unknown;
  readonly missingKey?: "error" | "default";
  readonly delimiters?: readonly [left: string, right: string];
}

/** What Go renders; undefined for an error. */
export type Rendered = Buffer | undefined;

export interface GoRenderer {
  render(cases: readonly Case[]): Promise<Rendered[]>;
  /** The names of the functions that its templates have, besides the language's own. */
  functionNames(): Promise<string[]>;
  /** How often a second Go reads and renders each. */
  bench(cases: readonly Case[]): Promise<number[]>;
  close(): void;
}

/** The Go program of this folder, built when it is first asked. */
export function openGoRenderer(): GoRenderer {
  const folder = mkdtempSync(path.join(tmpdir(), "kustody-templates-"));
  const program = path.join(folder, "renderer");
  let built: Promise<unknown> | undefined;
  const run = async (
    args: readonly string[],
    cases: readonly Case[],
    answersWanted = cases.length,
  ): Promise<unknown[]> => {
    built ??= promisify(execFile)("go", ["build", "-mod=readonly", "-o", program, "."], { cwd: import.meta.dirname });
    await built;
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"], env: { TZ: "UTC" } });
    try {
      child.stdin.end(cases.map(questionOf).join("\n"));
      const answers: unknown[] = [];
      for await (const line of createInterface({ input: child.stdout })) answers.push(JSON.parse(line));
      assert.equal(answers.length, answersWanted, "the Go program ended early");
      return answers;
    } finally {
      child.kill();
    }
  };
  return {
    async render(cases) {
      const answers = (await run([], cases)) as readonly { ok: boolean; value: string | null }[];
      return answers.map(({ ok, value }) => (ok ? Buffer.from(value ?? "", "base64") : undefined));
    },
    functionNames: async () => (await run(["names"], [], 1))[0] as string[],
    bench: async (cases) => (await run(["bench"], cases)) as number[],
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function questionOf({ template, strings = {}, any, missingKey = "error", delimiters = ["", ""] }: Case): string {
  const texts = Object.entries(strings).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
  return JSON.stringify({
    Template: Buffer.from(template).toString("base64"),
    Strings: Object.fromEntries(texts),
    ...(any === undefined ? {} : { Any: any }),
    MissingKey: missingKey,
    Left: delimiters[0],
    Right: delimiters[1],
  });
}
