import assert from "node:assert/strict";
import { test } from "node:test";
import { KustodyError } from "../../../../kernel/errors.ts";
import type { Rule, RuleSet } from "../rule.ts";
import { Scanner } from "../scanner.ts";
import { readConfigFile } from "./config-file.ts";
import { type ConfigRules, rulesOfConfigs } from "./rules-of-config.ts";

const load = (texts: readonly string[], base?: RuleSet): ConfigRules =>
  rulesOfConfigs(
    texts.map((text, index) => ({ name: `${index}.toml`, file: readConfigFile(text, `${index}.toml`) })),
    base,
  );
const rule = (set: RuleSet, id: string): Rule => {
  const found = set.rules.find((one) => one.id === id);
  assert.ok(found !== undefined, id);
  return found;
};

/** The rules that find something in a text, by a configuration. */
function found(config: string, text: string, path = "a.txt"): readonly string[] {
  const scanner = new Scanner(load([config]), { maxDecodeDepth: 5, allowComments: true });
  return scanner.scan([{ origin: { path }, bytes: Buffer.from(text) }]).map((leak) => leak.rule);
}
const RULE = "[[rules]]\nid = 'r'\nregex = '''key=(\\w+)'''\nkeywords = ['KEY']\n";

test("names are read in any case, old allowlists and new", () => {
  const set = load([
    `${RULE}SecretGroup = 1\nEntropy = 1.5\n[rules.allowList]\nstopWords = ['Foo']\n[allowlist]\npaths = ['''a\\.txt$''']\n`,
  ]);
  assert.equal(rule(set, "r").secretGroup, 1);
  assert.equal(rule(set, "r").entropy, 1.5);
  assert.deepEqual(rule(set, "r").allowlists[0]?.stopwords, ["foo"]);
  assert.equal(set.allowlists[0]?.paths?.test("b/a.txt"), true);
});

test("a file that extends another adds to it: what the nearer one says counts, lists add up, disabled rules go", () => {
  const base = `${RULE}tags = ['base']\n[[rules]]\nid = 'gone'\nregex = 'x'\n[[allowlists]]\nregexes = ['base']\n`;
  const own = `[extend]\npath = '1.toml'\ndisabledRules = ['gone', 'missing']\n[[rules]]\nid = 'r'\nentropy = 2.0\ntags = ['own']\nkeywords = ['more']\n[[rules.allowlists]]\nregexes = ['x']\n[[rules]]\nid = 'new'\npath = 'p'\n[[allowlists]]\ntargetRules = ['new']\nregexes = ['y']\n`;
  const set = load([own, base]);
  assert.deepEqual(
    set.rules.map(({ id }) => id),
    ["new", "r"],
  );
  const merged = rule(set, "r");
  assert.equal(merged.regex?.source, "key=(\\w+)");
  assert.equal(merged.entropy, 2);
  assert.deepEqual(merged.tags, ["base", "own"]);
  assert.deepEqual(merged.keywords, ["key", "more"]);
  assert.equal(merged.allowlists.length, 1);
  assert.equal(rule(set, "new").allowlists.length, 1);
  assert.equal(set.allowlists.length, 1);
  assert.deepEqual(set.warnings, ["0.toml: the disabled rule missing is not in what it extends"]);
});

test("what a configuration says of gitleaks' rules that our catalogue leaves out goes without saying", () => {
  const own = `[extend]\nuseDefault = true\ndisabledRules = ['gitter-access-token']\n[[rules]]\nid = 'discord-client-id'\n[[rules.allowlists]]\npaths = ['x']\n[[allowlists]]\ntargetRules = ['plaid-client-id']\nregexes = ['y']\n`;
  assert.deepEqual(load([own], { rules: [], allowlists: [] }), { rules: [], allowlists: [], warnings: [] });
  // Without our catalogue they are rules like others.
  assert.throws(() => load([own]), /discord-client-id|plaid-client-id/);
});

test("a pattern of one's own takes the place of ours with all that ours asks for", () => {
  const base = { rules: [{ ...rule(load([RULE]), "r"), accepts: () => false }], allowlists: [] };
  assert.equal(rule(load([`[[rules]]\nid = 'r'\nregex = 'x'\n`], base), "r").accepts, undefined);
  assert.equal(rule(load([`[[rules]]\nid = 'r'\nentropy = 2.0\n`], base), "r").accepts?.name, "accepts");
});

test("allowlists of one criterion or all, on the secret, the match or the line", () => {
  const text = "my key=abc here\n";
  const table: [string, string[]][] = [
    ["regexes = ['^abc$']", []],
    ["regexes = ['^key=']", ["r"]],
    ["regexTarget = 'match'\nregexes = ['^key=']", []],
    ["regexTarget = 'line'\nregexes = ['here']", []],
    ["stopwords = ['B']", []],
    ["condition = 'AND'\nstopwords = ['b']\npaths = ['a.txt']", []],
    ["condition = '&&'\nstopwords = ['b']\npaths = ['other']", ["r"]],
    ["paths = ['^a']", []],
    ["commits = ['abc']", ["r"]],
  ];
  for (const [allowlist, expected] of table) {
    assert.deepEqual(found(`${RULE}[[rules.allowlists]]\n${allowlist}\n`, text), expected, allowlist);
    assert.deepEqual(found(`${RULE}[[allowlists]]\n${allowlist}\n`, text), expected, `global: ${allowlist}`);
  }
});

test("flags of one pattern in a list hold for those behind it, as in gitleaks", () => {
  assert.deepEqual(found(`${RULE}[[allowlists]]\nregexes = ['(?i)none', 'ABC']\n`, "key=abc\n"), []);
  assert.deepEqual(found(`${RULE}[[allowlists]]\nregexes = ['none', 'ABC']\n`, "key=abc\n"), ["r"]);
});

test("required rules, rules by path, and rules that serve others only", () => {
  const config = `${RULE}[[rules.required]]\nid = 'other'\nwithinLines = 1\n[[rules]]\nid = 'other'\nregex = 'near'\nskipReport = true\n`;
  assert.deepEqual(found(config, "key=abc\nnear\n"), ["r"]);
  assert.deepEqual(found(config, "key=abc\n\nnear\n"), []);
  assert.deepEqual(found("[[rules]]\nid = 'p'\npath = '''\\.pem$'''\n", "x\n", "a.pem"), ["p"]);
  assert.deepEqual(found(`${RULE}path = 'b'\n`, "key=abc\n"), []);
});

test("what cannot be used is refused with its place, and without its text", () => {
  const bad = [
    "[[rules]]\nid = 'r'\nregex = '''canary(?=x)'''\n",
    "[[rules]]\nid = 'r'\nregex = '''canary['''\n",
    "[[rules]]\nid = 'r'\n",
    "[[rules]]\nregex = 'canary'\n",
    "[[rules]]\nid = 'r'\nregex = 'canary'\nsecretGroup = 1\n",
    "[[rules]]\nid = 'r'\nregex = 'canary'\nentropy = 'high'\n",
    `${RULE}[[rules.allowlists]]\ndescription = 'canary'\n`,
    `${RULE}[[rules.allowlists]]\nregexTarget = 'canary'\nregexes = ['x']\n`,
    `${RULE}[[rules.allowlists]]\ncondition = 'canary'\nregexes = ['x']\n`,
    `${RULE}[[rules.required]]\nid = 'missing'\n`,
    "[[allowlists]]\ntargetRules = ['missing']\nregexes = ['canary']\n",
    "[allowlist]\nregexes = ['x']\n[[allowlists]]\nregexes = ['canary']\n",
    "rules = canary\n",
  ];
  for (const text of bad) {
    assert.throws(
      () => load([text]),
      (error) => error instanceof KustodyError && error.code === "KST_SCAN_CONFIG" && !error.message.includes("canary"),
      text,
    );
  }
});

test("of a betterleaks.toml what gitleaks has words for counts, validate is never run, and the rest is told once", () => {
  const config = `prefilter = '''matchesAny(attributes["path"], ["\\\\.md$"])'''
filter = '''containsAny(finding["secret"], ["mock"])'''
${RULE}filter = '''entropy(finding["secret"]) <= 1.0 || failsTokenEfficiency(finding["secret"])'''
validate = '''http.get("https://canary.example/" + finding["secret"])'''
[[rules]]
id = 'other'
regex = 'other=(\\w+)'
filter = '''failsTokenEfficiency(finding["secret"])'''
validate = 'x'
`;
  assert.deepEqual(found(config, "key=abc\n"), ["r"]);
  assert.deepEqual(found(config, "key=aaa\n"), [], "entropy");
  assert.deepEqual(found(config, "key=aMOCKa1\n"), [], "words");
  assert.deepEqual(found(config, "key=abc\n", "a.md"), [], "path");
  const { warnings } = load([config]);
  assert.equal(warnings.length, 2);
  assert.match(warnings[0] ?? "", /^0\.toml: 2 filter programs do not run as a whole/);
  assert.match(warnings[1] ?? "", /^0\.toml: validate programs are never run \(2 rules\)/);
});
