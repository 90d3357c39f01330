import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { COMMANDS } from "../src/entrances/cli/commands.ts";
import { ERROR_CODES } from "../src/kernel/errors.ts";

const headings = (file: string): string[] =>
  [...readFileSync(file, "utf8").matchAll(/^## (\S+)/gm)].map(([, heading = ""]) => heading);

const pages = readdirSync(".", { recursive: true, encoding: "utf8" }).filter(
  (file) => file.endsWith(".md") && !/(^|\/)(node_modules|dist|\.git)\//.test(file),
);

test("docs/errors.md explains every error code, and no other, in the same order", () => {
  assert.deepEqual(headings("docs/errors.md"), Object.keys(ERROR_CODES));
});

test("every error code is thrown somewhere", () => {
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && file !== path.join("kernel", "errors.ts"))
    .map((file) => readFileSync(path.join("src", file), "utf8"))
    .join("\n");
  const unused = Object.keys(ERROR_CODES).filter((code) => code !== "KST_INTERNAL" && !sources.includes(`"${code}"`));
  assert.deepEqual(unused, []);
});

test("links between our pages lead somewhere", () => {
  const broken: string[] = [];
  for (const page of pages) {
    for (const [, target = ""] of readFileSync(page, "utf8").matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)) {
      if (!existsSync(path.join(path.dirname(page), target))) broken.push(`${page} → ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});

test("the README shows the two commands first", () => {
  const readme = readFileSync("README.md", "utf8");
  const first = /```(?:sh|console|shell)?\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  assert.match(first, /npm ci && npm start/);
  assert.match(readme, /npm cit/);
});

test("the README names every command", () => {
  const readme = readFileSync("README.md", "utf8");
  assert.deepEqual(
    COMMANDS.map(({ name }) => name).filter((name) => !readme.includes(`kustody ${name}`)),
    [],
  );
});
