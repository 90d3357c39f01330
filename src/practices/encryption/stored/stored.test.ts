import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { writeMessage } from "../../../kernel/protobuf/wire-writer.ts";
import { storedFindings } from "./findings.ts";
import { PlainObjects } from "./plain-objects.ts";
import { objectName, storedResource } from "./resources.ts";
import type { StorageReport } from "./storage-report.ts";
import type { StoredUse } from "./stored-key.ts";
import { keyIdHash, Tally } from "./tally.ts";
import { ValueReader } from "./value-reader.ts";

const read = (value: Uint8Array, reader = new ValueReader()): StoredUse => {
  const bytes = Buffer.from(value);
  return reader.read(bytes, 0, bytes.length);
};
const prefixed = (prefix: string, body: Uint8Array): Buffer => Buffer.concat([Buffer.from(prefix), body]);
const kms = (fields: Parameters<typeof writeMessage>[0], name = "vault"): Buffer =>
  prefixed(`k8s:enc:kms:v2:${name}:`, writeMessage(fields));
const SEED = Buffer.alloc(60, 5);
const PLAIN = Buffer.concat([
  Buffer.from("k8s\0"),
  writeMessage([
    [
      1,
      writeMessage([
        [1, "v1"],
        [2, "Secret"],
      ]),
    ],
    [2, "value"],
  ]),
]);

test("the prefix tells the provider, and its own shape whether the value is whole", () => {
  const cases: [string, Buffer, StoredUse["state"], string, string][] = [
    ["protobuf", PLAIN, "plain", "identity", ""],
    ["JSON", Buffer.from('{"kind":"Secret"}'), "plain", "identity", ""],
    ["nothing", Buffer.alloc(0), "damaged", "unknown", ""],
    ["aescbc", prefixed("k8s:enc:aescbc:v1:k1:", Buffer.alloc(48)), "encrypted", "aescbc", "k1"],
    ["aescbc, cut", prefixed("k8s:enc:aescbc:v1:k1:", Buffer.alloc(47)), "damaged", "aescbc", "k1"],
    ["aesgcm", prefixed("k8s:enc:aesgcm:v1:k1:", Buffer.alloc(29)), "encrypted", "aesgcm", "k1"],
    ["aesgcm, cut", prefixed("k8s:enc:aesgcm:v1:k1:", Buffer.alloc(27)), "damaged", "aesgcm", "k1"],
    ["secretbox", prefixed("k8s:enc:secretbox:v1:k2:", Buffer.alloc(40)), "encrypted", "secretbox", "k2"],
    ["secretbox, cut", prefixed("k8s:enc:secretbox:v1:k2:", Buffer.alloc(39)), "damaged", "secretbox", "k2"],
    ["kms v1", prefixed("k8s:enc:kms:v1:old:", Buffer.alloc(90)), "encrypted", "kms v1", "old"],
    [
      "a provider of the future",
      prefixed("k8s:enc:mlkem:v3:x:", Buffer.alloc(9)),
      "encrypted",
      "unknown",
      "mlkem:v3:x",
    ],
    ["no name", Buffer.from("k8s:enc:aescbc:v1"), "damaged", "unknown", ""],
  ];
  for (const [what, bytes, state, provider, name] of cases) {
    const use = read(bytes);
    assert.deepEqual([use.state, use.key.provider, use.key.name], [state, provider, name], what);
  }
});

test("KMS v2 names its key, its kind of data key and its seed", () => {
  const use = read(
    kms([
      [1, "data"],
      [2, "key-7"],
      [3, SEED],
      [5, 1],
    ]),
  );
  assert.deepEqual(use.key, { provider: "kms v2", name: "vault", keyId: "key-7", dataKey: "seed" });
  assert.match(use.seed ?? "", /^[0-9a-f]{12}$/);
  assert.equal(
    read(
      kms([
        [1, "data"],
        [2, "key-7"],
        [3, SEED],
      ]),
    ).key.dataKey,
    "key",
  );
  for (const [what, fields] of [
    [
      "no data",
      [
        [2, "k"],
        [3, SEED],
      ],
    ],
    [
      "no key id",
      [
        [1, "d"],
        [3, SEED],
      ],
    ],
    [
      "no seed",
      [
        [1, "d"],
        [2, "k"],
      ],
    ],
    [
      "a key id that is too long",
      [
        [1, "d"],
        [2, "k".repeat(1025)],
        [3, SEED],
      ],
    ],
    [
      "an unknown kind of data key",
      [
        [1, "d"],
        [2, "k"],
        [3, SEED],
        [5, 2],
      ],
    ],
  ] as const) {
    assert.equal(read(kms(fields)).state, "damaged", what);
  }
});

test("equal keys and seeds are one object, different ones are not", () => {
  const reader = new ValueReader();
  const one = read(
    kms([
      [1, "data"],
      [2, "a"],
      [3, SEED],
      [5, 1],
    ]),
    reader,
  );
  assert.equal(
    read(
      kms([
        [1, "other"],
        [2, "a"],
        [3, SEED],
        [5, 1],
      ]),
      reader,
    ),
    one,
  );
  // The same last bytes, by which they are looked up.
  const begins = Buffer.concat([Buffer.alloc(56, 1), SEED.subarray(56)]);
  const differing = [
    kms([
      [1, "data"],
      [2, "b"],
      [3, SEED],
      [5, 1],
    ]),
    kms([
      [1, "data"],
      [2, "a"],
      [3, begins],
      [5, 1],
    ]),
    kms([
      [1, "data"],
      [2, "a"],
      [3, SEED],
    ]),
    kms(
      [
        [1, "data"],
        [2, "a"],
        [3, SEED],
        [5, 1],
      ],
      "other",
    ),
  ].map((value) => read(value, reader));
  assert.equal(new Set([one, ...differing]).size, 5);
});

test("whatever bytes stand in etcd, an answer comes that quotes none of the value", () => {
  const start = fc.constantFrom(
    "",
    "k8s\0",
    "k8s:enc:",
    "k8s:enc:kms:v2:",
    "k8s:enc:kms:v2:n:",
    "k8s:enc:aescbc:v1:k:",
    "k8s:enc:::",
  );
  const reader = new ValueReader();
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 300 }), (prefix, rest) => {
      const { state, key } = read(prefixed(prefix, rest), reader);
      assert.ok(["plain", "damaged", "encrypted"].includes(state));
      assert.ok(key.name.length <= 1024);
      if (!prefix.startsWith("k8s:enc:") && prefix + String(rest) !== "") assert.notEqual(state, "encrypted");
    }),
    { numRuns: 3000 },
  );
});

test("a million seeds don't fill the memory: further ones count with their key alone", () => {
  const reader = new ValueReader();
  let last: StoredUse | undefined;
  for (let index = 0; index < 50_100; index++) {
    const seed = Buffer.alloc(16);
    seed.writeUInt32LE(index, 12);
    last = read(
      kms([
        [1, "d"],
        [2, "k"],
        [3, seed],
        [5, 1],
      ]),
      reader,
    );
  }
  assert.equal(last?.seed, undefined);
  assert.equal(last?.key.keyId, "k");
});

test("unencrypted objects are found in raw bytes, wherever pieces are cut, and only of the kinds that were asked for", () => {
  const configMap = Buffer.concat([
    Buffer.from("k8s\0"),
    writeMessage([
      [
        1,
        writeMessage([
          [1, "v1"],
          [2, "ConfigMap"],
        ]),
      ],
    ]),
  ]);
  const widget = Buffer.concat([
    Buffer.from("k8s\0"),
    writeMessage([
      [
        1,
        writeMessage([
          [1, "apps/v1"],
          [2, "Secret"],
        ]),
      ],
    ]),
  ]);
  const noise = fc.uint8Array({ maxLength: 400 });
  const thing = fc.constantFrom(
    PLAIN,
    configMap,
    widget,
    Buffer.from('{"kind":"Secret","apiVersion":"v1","metadata":{}}'),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(noise, thing), { maxLength: 8 }), fc.nat(100), (parts, size) => {
      const whole = Buffer.concat(parts.flat());
      const expected = parts.filter(([, part]) => part !== configMap && part !== widget).length;
      const plain = new PlainObjects(["secrets"]);
      for (let at = 0; at < whole.length; at += size + 1) plain.feed(whole.subarray(at, at + size + 1), true);
      plain.flush();
      assert.equal(plain.count, expected);
      assert.equal(plain.bytes, whole.length);
    }),
  );
  const apart = new PlainObjects(["secrets"]);
  apart.feed(PLAIN.subarray(0, 12), false);
  apart.feed(PLAIN.subarray(12), false);
  apart.flush();
  assert.equal(apart.count, 0, "pieces that don't follow on each other are not joined");
});

test("what writes now is the newest write, or what is known better; the rest is stale", () => {
  const reader = new ValueReader();
  const tally = new Tally("secrets", 2);
  const old = read(
    kms([
      [1, "d"],
      [2, "old"],
      [3, SEED],
      [5, 1],
    ]),
    reader,
  );
  const young = read(
    kms([
      [1, "d"],
      [2, "young"],
      [3, SEED],
      [5, 1],
    ]),
    reader,
  );
  for (const [use, revision, name] of [
    [old, 10, "a/1"],
    [old, 11, "a/2"],
    [old, 12, "a/3"],
    [young, 20, "a/4"],
    [read(PLAIN, reader), 5, "a/5"],
  ] as const)
    tally.add(use, revision, () => name);
  const report = tally.report();
  assert.equal(report.current?.key.keyId, "young");
  assert.deepEqual(report.stale, { objects: 3, names: ["a/1", "a/2"] });
  assert.deepEqual(report.plain, { objects: 1, names: ["a/5"] });
  const known = tally.report({ knownBy: "metrics", provider: "kms v2", name: "vault", keyIdHash: keyIdHash("old") });
  assert.deepEqual([known.current?.key.keyId, known.stale.objects], ["old", 1]);
  const unused = tally.report({ knownBy: "configuration", provider: "aescbc", name: "k9" });
  assert.deepEqual([unused.current?.key.name, unused.stale.objects], ["k9", 4]);
  assert.equal(new Tally("secrets", 1).report().current, undefined);

  const findings = storedFindings({ source: "x", revision: 1, resources: [report], problems: [] });
  assert.deepEqual(
    findings.map(({ rule, subject }) => `${rule} ${subject.namespace ?? "-"}/${subject.name}`),
    [
      "encryption/StoredInTheClear a/5",
      "encryption/StoredUnderOldKey a/1",
      "encryption/StoredUnderOldKey a/2",
      "encryption/StoredUnderOldKey -/*",
    ],
  );
});

test("resources lie in etcd where the API server puts them", () => {
  const places: [string, string][] = [
    ["secrets", "/registry/secrets/"],
    ["deployments.apps", "/registry/deployments/"],
    ["services", "/registry/services/specs/"],
    ["widgets.example.com", "/registry/example.com/widgets/"],
    ["gateways.gateway.networking.k8s.io", "/registry/gateway.networking.k8s.io/gateways/"],
  ];
  for (const [name, prefix] of places) assert.equal(storedResource(name).prefix, prefix);
  assert.equal(storedResource("secrets", "/other/").prefix, "/other/secrets/");
  assert.equal(objectName("/registry/secrets/a/b", storedResource("secrets")), "a/b");
  for (const wrong of ["", "../etc", "Secrets", "secrets/a", "a..b", "a".repeat(300)]) {
    assert.throws(() => storedResource(wrong), { code: "KST_USAGE" }, wrong);
  }
});

test("damaged values and each place that still holds old plaintext are findings of their own; what is in order is none", () => {
  const none = { objects: 0, names: [] };
  const resource = { resource: "secrets", objects: 2, keys: [], plain: none, stale: none };
  const report = (broken: readonly string[], plain: number): StorageReport => ({
    source: "x",
    revision: 1,
    problems: [],
    resources: [{ ...resource, damaged: { objects: broken.length, names: broken } }],
    residue: {
      olderVersions: { total: 9, plain, stale: 0 },
      freePages: { bytes: 9, plain },
      wal: { files: 1, bytes: 9, plain },
    },
  });
  assert.deepEqual(storedFindings(report([], 0)), []);
  assert.deepEqual(
    storedFindings(report(["a/broken"], 1)).map(({ rule }) => rule),
    ["encryption/StoredValueDamaged", ...Array(3).fill("encryption/OldPlaintextRemains")],
  );
});
