import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { CONFIG_FIELDS } from "./config-schema.ts";
import { describeConfig } from "./describe-config.ts";
import { type ConfigSources, loadConfig } from "./load-config.ts";

const folders: string[] = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

function folderWith(yaml?: string): string {
  const folder = mkdtempSync(join(tmpdir(), "kustody-config-"));
  folders.push(folder);
  if (yaml !== undefined) writeFileSync(join(folder, "kustody.yaml"), yaml);
  return folder;
}

const load = (yaml: string | undefined, sources: ConfigSources = {}) =>
  loadConfig({ folder: folderWith(yaml), variables: {}, ...sources });

test("a flag wins over the environment, that over the file, that over the default, and each origin is known", async () => {
  const yaml = "failOn: medium\noutput: json\nlog:\n  level: debug\ncheck:\n  exclude: [vendor/**]\n";
  const loaded = await load(yaml, {
    variables: { KUSTODY_FAIL_ON: "high", KUSTODY_OUTPUT: "sarif" },
    flags: { failOn: "critical" },
  });
  assert.deepEqual(loaded.config, {
    output: "sarif",
    failOn: "critical",
    color: "auto",
    log: { level: "debug", format: "auto" },
    metrics: {},
    check: { exclude: ["vendor/**"] },
  });
  const { origins } = loaded;
  assert.equal(origins.get("failOn"), "--fail-on");
  assert.equal(origins.get("output"), "KUSTODY_OUTPUT");
  assert.equal(origins.get("log.level"), "kustody.yaml:4");
  assert.equal(origins.get("color"), "default");
  assert.match(describeConfig(loaded), /^log\.level +"debug" +kustody\.yaml:4$/m);
  assert.match(describeConfig(loaded), /^kubeconfig +default$/m);
});

test("the configuration is frozen to its leaves", async () => {
  const { config } = await load("check: { exclude: [a] }");
  assert.throws(() => (config.check.exclude as string[]).push("b"), TypeError);
  assert.throws(() => Object.assign(config.log, { level: "debug" }), TypeError);
});

test("no file, an empty one and keys without a value all mean the defaults", async () => {
  const { config } = await load(undefined);
  assert.deepEqual((await load("")).config, config);
  assert.deepEqual((await load("log:\nfailOn:\n")).config, config);
});

test("a list from the environment is separated by commas, and an empty variable counts as none", async () => {
  const variables = { KUSTODY_CHECK_EXCLUDE: "a, b/**", KUSTODY_OUTPUT: "" };
  const { config } = await load(undefined, { variables });
  assert.deepEqual(config.check.exclude, ["a", "b/**"]);
  assert.equal(config.output, "text");
});

const MISTAKES: readonly [name: string, yaml: string, message: RegExp, sources?: ConfigSources][] = [
  [
    "a key in the wrong case",
    "output: json\nfailon: high",
    /kustody\.yaml:2: unknown key "failon", did you mean failOn\?/,
  ],
  ["a nested slip", "log:\n  levle: debug", /kustody\.yaml:2: unknown key "log\.levle", did you mean level\?/],
  ["a key under the wrong parent", "level: debug", /unknown key "level", did you mean log\.level\?/],
  ["a key like none", "zzz: 1", /unknown key "zzz", known here: kubeconfig, context,/],
  ["a value that isn't allowed", "\nfailOn: severe", /kustody\.yaml:2: failOn: Invalid option/],
  ["a scalar for a mapping", "log: debug", /kustody\.yaml:1: log must be a mapping/],
  ["a list as the file", "- a", /kustody\.yaml:1: the file must be a mapping/],
  ["broken YAML", "a: [", /kustody\.yaml:1: the indentation is wrong/],
  ["a prototype", "__proto__: { output: json }", /unknown key "__proto__"/],
  ["a listener without port", "metrics: { listen: localhost }", /metrics\.listen: must be host:port/],
  [
    "a variable's value",
    "",
    /KUSTODY_LOG_LEVEL: log\.level: Invalid option/,
    { variables: { KUSTODY_LOG_LEVEL: "loud" } },
  ],
  [
    "a variable's name",
    "",
    /KUSTODY_LOGLEVEL: .*did you mean KUSTODY_LOG_LEVEL\?/,
    { variables: { KUSTODY_LOGLEVEL: "info" } },
  ],
  ["a flag's value", "", /--output: output: Invalid option/, { flags: { output: "xml" } }],
];

for (const [name, yaml, message, sources] of MISTAKES) {
  test(`${name} is refused with its place`, async () => {
    await assert.rejects(load(yaml, sources), { code: "KST_CONFIG_INVALID", message });
  });
}

test("all mistakes are reported at once", async () => {
  await assert.rejects(load("failOn: severe\nzzz: 1", { flags: { output: "xml" } }), (error: Error) => {
    assert.equal(error.message.split("\n").length, 4);
    return true;
  });
});

test("what Kubernetes sets beside a Service named kustody is no mistake", async () => {
  const variables = {
    KUSTODY_SERVICE_HOST: "10.0.0.1",
    KUSTODY_SERVICE_PORT: "443",
    KUSTODY_PORT: "tcp://10.0.0.1:443",
    KUSTODY_PORT_443_TCP_ADDR: "10.0.0.1",
    KUSTODY_METRICS_SERVICE_PORT_HTTPS: "443",
  };
  assert.equal((await load(undefined, { variables })).config.output, "text");
});

test("a named file must exist, by flag or by variable, and the flag wins", async () => {
  const folder = folderWith("output: json");
  const file = join(folder, "kustody.yaml");
  const absent = join(folder, "absent.yaml");
  assert.equal((await load("output: junit", { file, variables: { KUSTODY_CONFIG: absent } })).config.output, "json");
  assert.equal((await load(undefined, { variables: { KUSTODY_CONFIG: file } })).config.output, "json");
  await assert.rejects(load(undefined, { file: absent }), { code: "KST_INPUT_UNREADABLE" });
});

test("every field has a description and distinct names", () => {
  assert.ok(CONFIG_FIELDS.length >= 10);
  for (const field of CONFIG_FIELDS) assert.notEqual(field.description, "", field.key);
  assert.equal(new Set(CONFIG_FIELDS.map(({ variable }) => variable)).size, CONFIG_FIELDS.length);
});
