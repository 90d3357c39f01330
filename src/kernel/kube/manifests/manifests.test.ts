import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { inspect } from "node:util";
import * as fc from "fast-check";
import { KustodyError } from "../../errors.ts";
import { asRecord } from "../../untyped.ts";
import { decodeText } from "./decode-text.ts";
import type { ManifestEvent } from "./manifest.ts";
import { openManifests } from "./read-manifests.ts";
import { isWrapped } from "./wrap-secrets.ts";

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "kustody-manifests-"));
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

let made = 0;
function folderOf(files: Record<string, string | Uint8Array>): string {
  const root = join(folder, `case-${made++}`);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(root, name, ".."), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

async function read(root: string, paths = [root], maxFileBytes?: number): Promise<ManifestEvent[]> {
  const options = { base: root, ...(maxFileBytes === undefined ? {} : { maxFileBytes }) };
  return [...(await openManifests(paths, options)).read()];
}

const brief = (events: readonly ManifestEvent[]): string[] =>
  events.map((event) => {
    if (event.type === "object") {
      const { line, column } = event.locate([]);
      return `${event.object.kind} ${event.file}:${line}:${column}`;
    }
    const { file, line } = event.location;
    return `${event.type} ${file}${line === undefined ? "" : `:${line}`} ${event.reason}`;
  });

const POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";

test("reads files, folders, several documents, lists and JSON, each with its position", async () => {
  const root = folderOf({
    "a.yaml": `# first\n${POD}---\n# second\n${POD}`,
    "sub/b.yml":
      "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n- apiVersion: v1\n  kind: Service\n",
    "sub/c.json":
      '{\n  "apiVersion": "v1", "kind": "PodList",\n  "items": [\n    {"metadata": {"name": "x"}},\n    {"metadata": {"name": "y"}}\n  ]\n}\n',
    "notes.txt": POD,
    "node_modules/d.yaml": POD,
    ".git/e.yaml": POD,
  });
  assert.deepEqual(brief(await read(root)), [
    "Pod a.yaml:2:1",
    "Pod a.yaml:7:1",
    "Pod sub/b.yml:4:3",
    "Service sub/b.yml:6:3",
    "Pod sub/c.json:4:5",
    "Pod sub/c.json:5:5",
  ]);
});

test("reads JSON objects one after the other, and between YAML documents", async () => {
  const root = folderOf({
    "a.json": '{"apiVersion": "v1", "kind": "Pod", "a": "}{\\""}\n{"apiVersion": "v1",\n "kind": "Service"}',
    "b.yaml": `${POD}---\n{"apiVersion": "v1", "kind": "Service"}\n---\n${POD}`,
  });
  assert.deepEqual(brief(await read(root)), [
    "Pod a.json:1:1",
    "Service a.json:2:1",
    "Pod b.yaml:1:1",
    "Service b.yaml:5:1",
    "Pod b.yaml:7:1",
  ]);
});

test("finds a field's line and column in YAML, in JSON and in lists", async () => {
  const root = folderOf({
    "a.json":
      '{"apiVersion": "v1", "kind": "List", "items": [\n{"apiVersion": "v1", "kind": "Pod",\n "spec": {"a": ["}", {"b\\"": 1}]}}]}',
  });
  const [manifest] = (await read(root)).filter((event) => event.type === "object");
  assert.deepEqual(manifest?.locate(["spec", "a", 1, 'b"']), { file: "a.json", line: 3, column: 23 });
  assert.deepEqual(manifest?.locate(["spec", "missing"]), { file: "a.json", line: 3, column: 2 });
});

test("standard input and pipes are read once and can be gone through twice", async () => {
  const source = await openManifests(["-"], { base: folder, stdin: Readable.from([Buffer.from(POD)]) });
  assert.deepEqual(brief([...source.read()]), ["Pod <stdin>:1:1"]);
  assert.deepEqual(brief([...source.read()]), ["Pod <stdin>:1:1"]);
});

test("one bad document or file never stops the others", async () => {
  const root = folderOf({
    "a.yaml": `${POD}---\nkind: Pod\n  apiVersion: v1\n---\n${POD}`,
    "b.yaml": new Uint8Array([0x6b, 0x69, 0x6e, 0x64, 0xff]),
    "c.yaml": `kind: x\0\n`,
    "d.json": '{"apiVersion": "v1", "kind": ',
    "e.yaml": "apiVersion: v1\nkind: Pod\nkind: Secret\n",
    "f.yaml": `apiVersion: v1\nkind: Pod\nspec: ${"[".repeat(5000)}`,
    "z.yaml": POD,
  });
  assert.deepEqual(brief(await read(root)), [
    "Pod a.yaml:1:1",
    "problem a.yaml:5 a key stands where only a value can: look at the indentation",
    "Pod a.yaml:8:1",
    "problem b.yaml it is not valid UTF-8",
    "problem c.yaml it holds NUL bytes, so it is no text (UTF-16 is not read)",
    "problem d.json:1 a quote, bracket, comma or colon is missing",
    "problem e.yaml:3 a key stands twice in one mapping",
    "problem f.yaml:3 the document is nested too deeply",
    "Pod z.yaml:1:1",
  ]);
});

test("templates and what is no Kubernetes object are passed over and counted", async () => {
  const root = folderOf({
    "chart/Chart.yaml": "apiVersion: v2\nname: shop\n",
    "chart/templates/a.yaml": "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n",
    "chart/templates/b.yaml": "{{- if .Values.on }}\napiVersion: v1\nkind: Pod\n{{- end }}\n",
    "list.json": "[1, 2]",
    "tsconfig.json": '{\n  // a comment\n  "a": 1,\n}\n',
  });
  assert.deepEqual(
    brief(await read(root)).map((line) => line.replace(/:\d+ /, " ")),
    [
      "passed over chart/Chart.yaml not a Kubernetes object",
      "passed over chart/templates/a.yaml a template",
      "passed over chart/templates/b.yaml a template",
      "passed over list.json not a Kubernetes object",
      "passed over tsconfig.json not a Kubernetes object",
    ],
  );
});

test("a template's text inside a manifest's value is no template", async () => {
  const root = folderOf({
    "a.yaml": `apiVersion: v1\nkind: ConfigMap\ndata:\n  x: |\n    {{ if .x }}\n    a\n  y: "{{ .y }}"\n`,
  });
  assert.deepEqual(brief(await read(root)), ["ConfigMap a.yaml:1:1"]);
});

test("JSON that is nested without end is a problem of its own file", async () => {
  const nested = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const root = folderOf({
    "a.json": `{"apiVersion":"v1","kind":"Secret","data":{"a":${nested}}}`,
    "b.yaml": POD,
  });
  assert.deepEqual(brief(await read(root)), ["problem a.json:1 the document is nested too deeply", "Pod b.yaml:1:1"]);
});

// Looking for each item from the begin of the text on would take hours; the bound only ends a run that hangs.
test("each of very many items of a JSON list is found", { timeout: 120_000 }, () => {
  const items = Array.from({ length: 100_000 }, (_, at) => `{"data":{"a":"x","b":${at}}}`);
  const text = `{"apiVersion":"v1","kind":"ConfigMapList","items":[\n${items.join(",\n")}]}`;
  let line = 1;
  for (const event of decodeText(text, "a.json", { named: true })) {
    assert.ok(event.type === "object");
    assert.deepEqual(event.locate(["data", "b"]), { file: "a.json", line: ++line, column: 18 });
  }
  assert.equal(line, 100_001);
});

test("files above the bound are told and not read", async () => {
  const root = folderOf({ "a.yaml": POD.padEnd(2000, "#"), "b.yaml": POD });
  assert.deepEqual(brief(await read(root, [root], 1000)), [
    "problem a.yaml it is larger than 1000 bytes",
    "Pod b.yaml:1:1",
  ]);
});

test("a line of ten megabytes is read", async () => {
  const root = folderOf({
    "a.yaml": `${POD}x: "${"y".repeat(10_000_000)}"\n`,
    "b.yaml": `${POD}x: ${"y ".repeat(5_000_000)}\n`,
  });
  assert.deepEqual(brief(await read(root)), ["Pod a.yaml:1:1", "Pod b.yaml:1:1"]);
});

test("links are followed inside the folder, never out of it and never in circles", async () => {
  const outside = folderOf({ "secret.yaml": POD });
  const root = folderOf({ "real/a.yaml": POD });
  symlinkSync(outside, join(root, "out"));
  symlinkSync(join(outside, "secret.yaml"), join(root, "out.yaml"));
  symlinkSync("..", join(root, "real", "up"));
  symlinkSync("real", join(root, "again"));
  symlinkSync("nowhere.yaml", join(root, "broken.yaml"));
  assert.deepEqual(brief(await read(root)), [
    "Pod again/a.yaml:1:1",
    "problem broken.yaml it does not exist",
    "passed over out.yaml a link out of the folder",
  ]);
});

test("what globs exclude is neither read nor entered, but a named path is", async () => {
  const root = folderOf({ "a.yaml": POD, "vendor/b.yaml": POD, "charts/x/c.yaml": POD, "charts/x/d.json": "{" });
  const events = async (paths: string[]): Promise<ManifestEvent[]> => [
    ...(await openManifests(paths, { base: root, exclude: ["vendor", "charts/**"] })).read(),
  ];
  assert.deepEqual(brief(await events([root])), ["Pod a.yaml:1:1"]);
  assert.deepEqual(brief(await events([join(root, "vendor/b.yaml")])), ["Pod vendor/b.yaml:1:1"]);
});

test("a named pipe inside a folder is not opened", async () => {
  const root = folderOf({ "a.yaml": POD });
  assert.equal(spawnSync("mkfifo", [join(root, "pipe.yaml")]).status, 0);
  assert.deepEqual(brief(await read(root)), ["Pod a.yaml:1:1"]);
});

test("a named path that does not exist is an error with its code", async () => {
  await assert.rejects(
    read(folder, [join(folder, "nowhere")]),
    (error) => error instanceof KustodyError && error.code === "KST_INPUT_UNREADABLE",
  );
});

const CANARY = "canary-9a3b-not-real";
test("no value of a Secret can be printed after decoding", () => {
  const encoded = Buffer.from(CANARY).toString("base64");
  const applied = JSON.stringify({ stringData: { password: CANARY } });
  const text = JSON.stringify({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "a", annotations: { "kubectl.kubernetes.io/last-applied-configuration": applied } },
    data: { a: encoded },
    stringData: { b: CANARY, c: [CANARY] },
  });
  const keys = `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources: [{resources: [secrets], providers: [{aescbc: {keys: [{name: a, secret: ${encoded}}]}}]}]\n`;
  const events = [...decodeText(`---\n${text}\n---\n${keys}`, "a.yaml", { named: true })];
  assert.equal(events.length, 2);
  const shown = `${JSON.stringify(events)}${inspect(events, { depth: 20 })}`;
  assert.ok(!shown.includes(CANARY) && !shown.includes(encoded));
  const [secret] = events;
  assert.ok(secret?.type === "object");
  const kept = asRecord(secret.object["stringData"])["b"];
  assert.ok(isWrapped(kept) && kept.secret.size === CANARY.length);
});

test("decoding never throws, whatever the text", () => {
  const pieces = fc.constantFrom(
    "apiVersion: v1\n",
    "kind: Secret\n",
    "kind: List\nitems:\n",
    "- ",
    "data: ",
    "{",
    "}",
    "[",
    "]",
    "\n",
    "---\n",
    '"',
    ":",
    "a",
    "null",
    "*a",
    "&a ",
    "\u0000",
    "{{",
    "items: 3\n",
    "metadata: []\n",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), fc.string({ unit: "binary", maxLength: 30 }), (parts, noise) => {
      for (const event of decodeText(`${parts.join("")}${noise}`, "a.yaml", { named: true })) {
        const { line, file } = event.type === "object" ? event.locate(["data", "a", 0]) : event.location;
        assert.equal(file, "a.yaml");
        assert.ok(line === undefined || line >= 1);
      }
    }),
    { numRuns: 2000 },
  );
});

test("a field stands where JSON has it, whatever the JSON", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(3), (value, indent) => {
      const text = JSON.stringify({ apiVersion: "v1", kind: "X", value }, null, indent);
      const [event] = decodeText(text, "a.json", { named: true });
      assert.ok(event?.type === "object");
      const { line = 0, column = 0 } = event.locate(["value"]);
      assert.ok((text.split("\n")[line - 1] ?? "").slice(column - 1).startsWith('"value"'));
    }),
  );
});
