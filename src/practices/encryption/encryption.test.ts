import assert from "node:assert/strict";
import { test } from "node:test";
import { findingsIn } from "../../model/world/findings-in.ts";
import { encryption } from "./index.ts";
import { STORED_RULES } from "./stored/findings.ts";

const CANARY = Buffer.from("canary-key-not-real-0123456789ab").toString("base64");
const file = (entries: string): string =>
  `apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n${entries}`;
const providers = (...list: string[]): string =>
  file(`- resources: [secrets]\n  providers:\n${list.map((provider) => `  - ${provider}\n`).join("")}`);
const kms = (fields: string): string => `kms: {${fields}}`;
const GOOD = kms("apiVersion: v2, name: lab, endpoint: unix:///run/kms/lab.sock, timeout: 3s");
const key = (kind: string, secret = CANARY): string => `${kind}: {keys: [{name: k1, secret: ${secret}}]}`;

const cases: Record<string, { fails: Record<string, string>; passes: Record<string, string> }> = {
  "encryption/SecretsNotCovered": {
    fails: {
      "no entry": file("- resources: [configmaps]\n  providers: [{identity: {}}]\n"),
      "an empty file": file("  []\n"),
      "no provider": file("- resources: [secrets]\n  providers: []\n"),
      "another group's wildcard": file(`- resources: ["*.apps"]\n  providers: [{${GOOD}}]\n`),
    },
    passes: { "by name": providers(GOOD), "by wildcard": file(`- resources: ["*."]\n  providers: [{${GOOD}}]\n`) },
  },
  "encryption/WildcardListedBeforeSecrets": {
    fails: {
      "the wildcard first": file(
        `- resources: ["*.*"]\n  providers: [{${GOOD}}]\n- resources: [secrets]\n  providers: [{${GOOD}}]\n`,
      ),
    },
    passes: {
      "secrets first": file(
        `- resources: [secrets]\n  providers: [{${GOOD}}]\n- resources: ["*.*"]\n  providers: [{identity: {}}]\n`,
      ),
      "a wildcard alone": file(`- resources: ["*.*"]\n  providers: [{${GOOD}}]\n`),
    },
  },
  "encryption/IdentityWritesFirst": {
    fails: { "identity first": providers("identity: {}", GOOD), "identity alone": providers("identity: {}") },
    passes: {
      "identity last": providers(GOOD, "identity: {}"),
      "identity first for others": file(
        `- resources: [secrets]\n  providers: [{${GOOD}}]\n- resources: [events]\n  providers: [{identity: {}}]\n`,
      ),
    },
  },
  "encryption/KmsLacksApiVersion": {
    fails: { "no apiVersion": providers(kms("name: lab, endpoint: unix:///run/kms/lab.sock")) },
    passes: { v2: providers(GOOD) },
  },
  "encryption/KmsVersionOne": {
    fails: { v1: providers(kms("apiVersion: v1, name: lab, endpoint: unix:///run/kms/lab.sock")) },
    passes: { v2: providers(GOOD) },
  },
  "encryption/CachesizeWithKmsV2": {
    fails: {
      "v2 with cachesize": providers(
        kms("apiVersion: v2, name: lab, endpoint: unix:///run/kms/lab.sock, cachesize: 100"),
      ),
    },
    passes: {
      "v1 with cachesize": providers(
        kms("apiVersion: v1, name: lab, endpoint: unix:///run/kms/lab.sock, cachesize: 100"),
      ),
    },
  },
  "encryption/KmsNameHasColon": {
    fails: { "a colon": providers(kms('apiVersion: v2, name: "lab:1", endpoint: unix:///run/kms/lab.sock')) },
    passes: { "no colon": providers(GOOD) },
  },
  "encryption/KmsNameRepeated": {
    fails: {
      "two of one name": providers(GOOD, kms("apiVersion: v2, name: lab, endpoint: unix:///run/kms/other.sock")),
    },
    passes: { "two names": providers(GOOD, kms("apiVersion: v2, name: old, endpoint: unix:///run/kms/old.sock")) },
  },
  "encryption/SocketInTmp": {
    fails: Object.fromEntries(
      ["/tmp/a.sock", "/var/tmp/a.sock", "/dev/shm/x/a.sock"].map((path) => [
        path,
        providers(kms(`apiVersion: v2, name: lab, endpoint: "unix://${path}"`)),
      ]),
    ),
    passes: {
      "/run": providers(GOOD),
      "/tmpfiles": providers(kms("apiVersion: v2, name: lab, endpoint: unix:///tmpfiles/a.sock")),
    },
  },
  "encryption/AbstractSocket": {
    fails: { abstract: providers(kms('apiVersion: v2, name: lab, endpoint: "unix:///@kms"')) },
    passes: { "a file": providers(GOOD) },
  },
  "encryption/KeyInFile": {
    fails: Object.fromEntries(["aescbc", "aesgcm", "secretbox"].map((kind) => [kind, providers(GOOD, key(kind))])),
    passes: { kms: providers(GOOD), "a placeholder": providers(GOOD, key("secretbox", '"<BASE 64 ENCODED SECRET>"')) },
  },
  "encryption/AescbcNotAuthenticated": {
    fails: { aescbc: providers(GOOD, key("aescbc")) },
    passes: { secretbox: providers(GOOD, key("secretbox")) },
  },
};

test("every check of the practice has cases here", () => {
  // What is found in etcd has its cases in stored/stored.test.ts.
  assert.deepEqual(
    [...Object.keys(cases), ...STORED_RULES.map(({ rule }) => rule)],
    encryption.parts.flatMap(({ rules }) => rules.map(({ rule }) => rule)),
  );
});

for (const [rule, { fails, passes }] of Object.entries(cases)) {
  assert.ok(Object.keys(fails).length > 0 && Object.keys(passes).length > 0);
  for (const [name, text] of Object.entries(fails)) {
    test(`${rule}: ${name} is found once`, () => {
      const findings = findingsIn(encryption, text).filter((finding) => finding.rule === rule);
      assert.equal(findings.length, 1);
      assert.ok(!JSON.stringify(findings).includes(CANARY));
    });
  }
  for (const [name, text] of Object.entries(passes)) {
    test(`${rule}: ${name} is in order`, () => {
      assert.deepEqual(
        findingsIn(encryption, text).filter((finding) => finding.rule === rule),
        [],
      );
    });
  }
}

test("a configuration as it should be has no findings", () => {
  assert.deepEqual(findingsIn(encryption, providers(GOOD, "identity: {}")), []);
});

test("members of wrong types are no defects of ours", () => {
  const broken = file("- resources: {a: b}\n  providers: [1, [], {kms: 3}, {aescbc: {keys: [7]}}]\n- 4\n");
  assert.ok(findingsIn(encryption, broken).some(({ rule }) => rule === "encryption/SecretsNotCovered"));
});
