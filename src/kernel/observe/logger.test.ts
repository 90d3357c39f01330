import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import * as fc from "fast-check";
import { KustodyError } from "../errors.ts";
import { Secret } from "../secret/secret.ts";
import { createLogger, type Logger, type LoggerOptions } from "./logger.ts";
import { redact } from "./redact.ts";

function capture(options: Partial<LoggerOptions> = {}): { logger: Logger; text: () => string } {
  const lines: string[] = [];
  const logger = createLogger({
    level: "debug",
    format: "json",
    clock: { now: () => Date.UTC(2026, 0, 2, 3, 4, 5), sleep: () => Promise.resolve() },
    destination: { write: (line) => lines.push(line) },
    ...options,
  });
  return { logger, text: () => lines.join("") };
}

test("a line is one JSON object with time, level, message and fields", () => {
  const { logger, text } = capture();
  logger.child({ store: "vault" }).info("read", { keys: 3, took: 12n, at: new Date(0), list: new Set(["a"]) });
  assert.deepEqual(JSON.parse(text()), {
    level: "info",
    time: "2026-01-02T03:04:05.000Z",
    store: "vault",
    keys: 3,
    took: "12",
    at: "1970-01-01T00:00:00.000Z",
    list: ["a"],
    message: "read",
  });
});

test("lines below the level are not written", () => {
  const { logger, text } = capture({ level: "warn" });
  logger.info("no");
  logger.warn("yes");
  assert.equal(text().trim().split("\n").length, 1);
  const silent = capture({ level: "silent" });
  silent.logger.error("no");
  assert.equal(silent.text(), "");
});

const CANARY = "c4n4ry-value";
const LEAKS: readonly [name: string, fields: Record<string, unknown>][] = [
  ["a Secret", { value: Secret.fromText(CANARY) }],
  ["bytes", { payload: Buffer.from(CANARY), view: new Uint8Array(Buffer.from(CANARY)) }],
  ["a password deep inside", { a: [{ b: { dbPassword: CANARY, "x-vault-token": CANARY } }] }],
  ["headers", { headers: { Authorization: `Bearer ${CANARY}`, "set-cookie": [CANARY], "X-Api-Key": CANARY } }],
  ["a map", { map: new Map([["client_secret", CANARY]]) }],
  ["a Secret's manifest", { object: { kind: "Secret", data: { a: CANARY }, stringData: { b: CANARY } } }],
  ["a URL with credentials", { url: new URL(`https://user:${CANARY}@host/p`), text: `at postgres://u:${CANARY}@h/db` }],
  ["a header in text", { line: `Authorization: Bearer ${CANARY}` }],
  ["a token in text", { line: `got eyJhbGciOi.${CANARY.replace("-", "_")}${CANARY}.sig` }],
  ["a PEM key in text", { line: `-----BEGIN PRIVATE KEY-----\n${CANARY}\n-----END PRIVATE KEY-----` }],
  ["an error's request and its cause", { error: errorWithRequest() }],
];

function errorWithRequest(): Error {
  const cause = Object.assign(new Error(`refused https://u:${CANARY}@h/`), {
    request: { headers: [CANARY] },
    body: CANARY,
  });
  return new KustodyError("KST_INTERNAL", "cannot read", { cause: new AggregateError([cause], "two tries") });
}

for (const format of ["json", "text"] as const) {
  for (const [name, fields] of LEAKS) {
    test(`${name} does not leak as ${format}`, () => {
      const { logger, text } = capture({ format });
      logger.error("failed", fields);
      assert.match(text(), /failed/);
      for (const form of [CANARY, Buffer.from(CANARY).toString("base64"), Buffer.from(CANARY).toString("hex")]) {
        assert.ok(!text().includes(form), text());
      }
    });
  }
}

test("an error keeps its code, hint and chain of causes", () => {
  const { logger, text } = capture();
  const error = new KustodyError("KST_CONFIG_INVALID", "bad", { hint: "fix it", cause: new RangeError("out") });
  logger.error("failed", { error });
  const line = JSON.parse(text()) as {
    error: { code: string; hint: string; cause: { type: string; message: string } };
  };
  assert.equal(line.error.code, "KST_CONFIG_INVALID");
  assert.equal(line.error.hint, "fix it");
  assert.equal(line.error.cause.message, "out");
});

test("text for a terminal names causes and hints below the line, and control characters are escaped", () => {
  const { logger, text } = capture({ format: "text", color: false });
  const error = new KustodyError("KST_CONFIG_INVALID", "bad", { hint: "fix it", cause: new Error("out") });
  logger.warn("two\nlines \u001b[31m", { error, name: "a b" });
  assert.equal(
    text(),
    '03:04:05 WARN  two\\nlines \\u001b[31m name="a b"\n  [KST_CONFIG_INVALID] bad\n  hint: fix it\n  because: out\n',
  );
});

test("format auto means text on a terminal and JSON elsewhere", () => {
  const lines: string[] = [];
  const destination = (isTTY: boolean) => ({ isTTY, write: (line: string) => lines.push(line) });
  createLogger({ level: "info", format: "auto", destination: destination(true) }).info("x");
  createLogger({ level: "info", format: "auto", destination: destination(false) }).info("x");
  assert.doesNotMatch(lines[0] ?? "", /^\{/);
  assert.match(lines[1] ?? "", /^\{/);
});

test("by default lines go to standard error and none to standard output", () => {
  const program = `const { createLogger } = await import(${JSON.stringify(new URL("./logger.ts", import.meta.url).href)});
    createLogger({ level: "info", format: "json" }).info("to stderr");`;
  const stdout = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    stdio: "pipe",
  });
  assert.equal(stdout, "");
});

test("cycles, depth and excess end early, and whatever comes in, JSON comes out", () => {
  const cycle: Record<string, unknown> = { name: "a" };
  cycle["self"] = cycle;
  assert.deepEqual(redact(cycle), { name: "a", self: "[circular]" });
  let deep: unknown = "x";
  for (let i = 0; i < 50; i++) deep = [deep];
  assert.match(JSON.stringify(redact(deep)), /\[deeper\]/);
  assert.equal((redact(Array.from({ length: 1000 }, (_, i) => i)) as unknown[]).length, 101);
  fc.assert(
    fc.property(
      fc.anything({ withDate: true, withMap: true, withSet: true, withBigInt: true, withTypedArray: true }),
      (value) => {
        const text = JSON.stringify(redact({ value }));
        assert.equal(typeof text, "string");
      },
    ),
  );
});
