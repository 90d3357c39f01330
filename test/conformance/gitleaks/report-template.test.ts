import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { ensureBinaries } from "../../../src/lab/index.ts";

const CONFIG = `[[rules]]
id = "token"
description = "A <token> & more"
regex = '''tok_[a-z0-9]{12}'''
tags = ["one", "two"]
[[rules]]
id = "pin"
description = "A pin"
regex = '''pin=([0-9]{6})'''
`;
const TEXT = "a tok_abcdefghij12\nline\n  pin=482913 tok_zyxwvutsrq98 ü\n";

/** Each says something of every leak, in an order that does not depend on the scanner. */
const TEMPLATES = [
  "{{ range . }}{{ .File | base }}:{{ .StartLine }}:{{ .StartColumn }}-{{ .EndLine }}:{{ .EndColumn }} {{ .RuleID }} {{ .Secret }}\n{{ end }}",
  "{{ len . }} {{ if . }}{{ with (first .) }}{{ typeOf .StartLine }} {{ .Tags | typeOf }} {{ kindOf . }}{{ end }}{{ end }}",
  '{{ range . }}{{ printf "%-8s|%03d|%q" .RuleID .StartLine .Description }} {{ .Tags | join "+" }} {{ eq .StartLine 1 }} {{ .Description | html }}\n{{ end }}',
  '{{ range . }}{{ .Fingerprint | trimPrefix (dir .File) }}|{{ .Commit }}|{{ .Link }}|{{ .Author | default "nobody" }}|{{ .SymlinkFile | quote }}\n{{ end }}',
];

let binary = "";
let folder = "";
before(async () => {
  binary = (await ensureBinaries(["gitleaks"])).get("gitleaks") ?? "";
  folder = await mkdtemp(join(tmpdir(), "kustody-report-template-"));
  await writeFile(join(folder, "rules.toml"), CONFIG);
  await writeFile(join(folder, "leaks.txt"), TEXT);
});
after(() => rm(folder, { recursive: true, force: true }));

async function reportOf(command: string, args: readonly string[]): Promise<string> {
  const report = join(folder, "report.out");
  await rm(report, { force: true });
  const target = [
    "dir",
    join(folder, "leaks.txt"),
    "-c",
    join(folder, "rules.toml"),
    "--exit-code",
    "0",
    "-f",
    "template",
  ];
  await promisify(execFile)(command, [
    ...args,
    ...target,
    "-r",
    report,
    "--report-template",
    join(folder, "report.tmpl"),
  ]);
  return (await readFile(report, "utf8")).split("\n").sort().join("\n");
}

for (const template of TEMPLATES) {
  test(`--report-template writes what gitleaks writes: ${template.slice(0, 40)}…`, async () => {
    await writeFile(join(folder, "report.tmpl"), template);
    const theirs = await reportOf(binary, ["--redact", "--no-banner", "--log-level", "error"]);
    assert.ok(theirs.length > 5, theirs);
    assert.equal(await reportOf("bin/kustody", ["scan"]), theirs);
  });
}

test("a template that gitleaks cannot render is an error here as well", async () => {
  for (const template of ["{{ .RuleID }}", "{{ range . }}{{ .Nope }}{{ end }}", "{{ range . }}"]) {
    await writeFile(join(folder, "report.tmpl"), template);
    await assert.rejects(reportOf(binary, ["--redact", "--no-banner", "--log-level", "error"]));
    await assert.rejects(reportOf("bin/kustody", ["scan"]), /KST_TEMPLATE_/);
  }
});
