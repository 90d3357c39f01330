import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Pattern } from "../../../kernel/regexp/pattern.ts";
import { crc32Base62 } from "./catalogue/checksum.ts";
import { defaultRules } from "./catalogue/default-rules.ts";
import { LARGEST_FILE, readTargets } from "./observe.ts";
import type { Rule, RuleSet } from "./rule.ts";
import { Scanner, type Target } from "./scanner.ts";
import { withoutRepeatedLines } from "./structure/with-structure.ts";

const OPTIONS = { maxDecodeDepth: 5, allowComments: true };
const scanner = new Scanner(defaultRules(), OPTIONS);
const RANDOM = "Ab3dE6gH".repeat(4).slice(0, 30);
const PAT = `ghp_${RANDOM}${crc32Base62(RANDOM)}`;

const found = (bytes: string | Buffer, path = "a.txt", by = scanner): string[] =>
  by.scan([{ origin: { path }, bytes: Buffer.from(bytes) }]).map((leak) => `${leak.rule}:${leak.startLine}`);

const oneRule = (regex: string, more: Partial<Rule> = {}): RuleSet => ({
  rules: [
    {
      id: "r",
      description: "",
      regex: new Pattern(regex),
      secretGroup: 0,
      entropy: 0,
      keywords: [],
      tags: [],
      allowlists: [],
      required: [],
      general: false,
      skipReport: false,
      ...more,
    },
  ],
  allowlists: [],
});

test("a token is found wherever it stands: between binary bytes, in a line of 10 MB, encoded thrice", () => {
  assert.deepEqual(
    found(Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0xc3]), Buffer.from(` ${PAT} `), Buffer.from([0x80])])),
    ["github-pat:1"],
  );
  assert.deepEqual(found(`${"x ".repeat(5_000_000)}${PAT} ${"y".repeat(100)}`), ["github-pat:1"]);
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  assert.deepEqual(found(`a\nb: ${base64(base64(base64(`token ${PAT} `)))}\n`), ["github-pat:2"]);
  assert.deepEqual(found(`a: ${PAT} # gitleaks:allow\n`), []);
});

test("files of binary formats are passed over", () => {
  for (const start of ["504b0304", "1f8b08", "7f454c46", "25504446"])
    assert.deepEqual(found(Buffer.concat([Buffer.from(start, "hex"), Buffer.from(`\n${PAT}\n`)])), []);
});

test("a hostile pattern ends, with the linear engine's answer; the rest is found as before", () => {
  const rules = oneRule("^(?:(?:a+)+)+!$");
  const hostile = new Scanner({ ...rules, rules: [...rules.rules, ...defaultRules().rules] }, OPTIONS);
  assert.deepEqual(found(`${"a".repeat(60)}?\n${PAT}\n`, "a.txt", hostile), ["github-pat:2"]);
  assert.deepEqual(hostile.slowRules, ["r"]);
  assert.deepEqual(found(`${"a".repeat(60)}!`, "a.txt", hostile), ["r:1"]);
});

test("every value in the clear in a Secret is a leak with its field, and nothing else in the file", () => {
  const text = `# a comment
apiVersion: v1
kind: ConfigMap
data: { password: "{{ x }}" }
---
apiVersion: v1
kind: Secret
metadata: { name: db }
data:
  user: ${Buffer.from("app-user").toString("base64")}
  sealed: ENC[AES256_GCM,data:abc,iv:a,tag:b,type:str]
stringData:
  config.yaml: |
    password: correct horse
  empty: ""
`;
  const leaks = scanner.scan([{ origin: { path: "k8s/db.yaml" }, bytes: Buffer.from(text) }]);
  assert.deepEqual(
    leaks.map(({ rule, startLine, field }) => [rule, startLine, field]),
    [
      ["kubernetes-secret-yaml", 13, "stringData['config.yaml']"],
      ["kubernetes-secret-yaml", 10, "data.user"],
    ],
  );
});

test("of a change only the added lines count, also in a Secret that was there before", () => {
  const bytes = Buffer.from("apiVersion: v1\nkind: Secret\nstringData:\n  old: old value\n  new: new value\n");
  const added = [{ startLine: 5, bytes: Buffer.from("  new: new value\n") }];
  const target: Target = { origin: { path: "s.yaml" }, bytes, added };
  assert.deepEqual(
    scanner.scan([target]).map(({ field }) => field),
    ["stringData.new"],
  );
});

test("folders are walked without circles, skipped files and links out; what can't be read is told", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kustody-walk-"));
  try {
    await mkdir(join(folder, "a/node_modules"), { recursive: true });
    await writeFile(join(folder, "a/one.txt"), PAT);
    await writeFile(join(folder, "a/node_modules/two.txt"), PAT);
    await writeFile(join(folder, "a/go.sum"), PAT);
    await writeFile(join(folder, "large.txt"), "x".repeat(2_000));
    await symlink("..", join(folder, "a/up"));
    await symlink("one.txt", join(folder, "a/link.txt"));
    await symlink("loop", join(folder, "a/loop"));
    const walk = (followSymlinks: boolean): { paths: string[]; problems: string[] } => {
      const problems: string[] = [];
      const onProblem = (path: string): void => void problems.push(path.slice(folder.length + 1));
      const options = { followSymlinks, maxArchiveDepth: 0, maxFileBytes: 1_000, onProblem };
      const paths = [...readTargets(folder, scanner, options)]
        .flat()
        .map(({ origin }) => origin.path.slice(folder.length + 1));
      return { paths: paths.sort(), problems: problems.sort() };
    };
    assert.deepEqual(walk(false), { paths: ["a/one.txt"], problems: ["large.txt"] });
    assert.deepEqual(walk(true), { paths: ["a/one.txt", "a/one.txt"], problems: ["a/loop", "large.txt"] });
    assert.throws(
      () => [
        ...readTargets(join(folder, "none"), scanner, {
          followSymlinks: false,
          maxArchiveDepth: 0,
          maxFileBytes: LARGEST_FILE,
          onProblem: () => undefined,
        }),
      ],
      {
        code: "KST_INPUT_UNREADABLE",
      },
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a kustomization's files are read below the scanned folder and nowhere else; each value is told once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kustody-kustomize-"));
  try {
    await mkdir(join(folder, "root/app"), { recursive: true });
    await writeFile(join(folder, "outside.env"), "PASSWORD=outside-9\n");
    await symlink("../../outside.env", join(folder, "root/app/link.env"));
    await writeFile(join(folder, "root/db.properties"), `PASSWORD=inside-9\nTOKEN=${PAT}\nUSER=app\n`);
    await writeFile(
      join(folder, "root/app/kustomization.yaml"),
      `secretGenerator:\n- envs: [../db.properties, ../../outside.env, link.env, "${folder}/outside.env", none.env]\n`,
    );
    const options = {
      followSymlinks: false,
      maxArchiveDepth: 0,
      maxFileBytes: LARGEST_FILE,
      onProblem: (): void => undefined,
    };
    const leaks = [...readTargets(join(folder, "root"), scanner, options)].flatMap((batch) => scanner.scan(batch));
    assert.deepEqual(
      withoutRepeatedLines(leaks)
        .map(({ rule, file, field }) => [file.slice(folder.length), rule, field ?? ""].join(" "))
        .toSorted(),
      [
        "/root/db.properties github-pat ",
        "/root/db.properties kustomization-credential PASSWORD",
        "/root/db.properties kustomization-credential USER",
      ],
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
