import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { KustodyError } from "../../../kernel/errors.ts";
import { CONFORMANCE_CHECKS } from "../../../practices/encryption/kms/conform/conform.ts";
import { type Behaviour, openWithout, servePlugin } from "../../plugins/kms/testing/wrong-plugin.ts";

const MAIN = new URL("../main.ts", import.meta.url).pathname;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kustody-conform-"));
});
after(() => rm(folder, { recursive: true, force: true }));

interface Report {
  readonly code: number;
  readonly output: string;
  readonly failed: readonly string[];
  readonly notAssessed: readonly string[];
}

/** What `kustody kms conform` says of a plugin that behaves like this. */
async function report(behaviour: Behaviour, output = "json"): Promise<Report> {
  const socketPath = join(folder, "plugin.sock");
  const server = await servePlugin(socketPath, behaviour);
  try {
    const { promise, resolve } = Promise.withResolvers<[number, string]>();
    const args = [MAIN, "kms", "conform", `unix://${socketPath}`, "--output", output];
    execFile(process.execPath, args, (error, stdout, stderr) => resolve([Number(error?.code ?? 0), stdout || stderr]));
    const [code, text] = await promise;
    const results =
      output === "json" ? (JSON.parse(text) as { results: { check: string; result: string }[] }).results : [];
    const named = (wanted: string) => results.filter(({ result }) => result === wanted).map(({ check }) => check);
    return { code, output: text, failed: named("failed"), notAssessed: named("not assessed") };
  } finally {
    await server.close(0);
    await rm(socketPath, { force: true });
  }
}

test("a plugin that does all right conforms: exit code 0, as text and as JSON", async () => {
  const { code, failed, notAssessed } = await report({});
  assert.deepEqual([code, failed, notAssessed], [0, [], []]);
  const text = await report({}, "text");
  assert.equal(text.code, 0);
  assert.match(
    text.output,
    /^passed +StatusAnswers: [^]*\nconforms: \d+ passed, 0 failed, 0 warning, 0 not assessed\n$/,
  );
});

let calls = 0;
/** Each a defect, what must tell it, and more that tells it as well. */
const WRONG: readonly [what: string, behaviour: Behaviour, failed: readonly string[]][] = [
  ["healthz err", { status: (right) => ({ ...right, healthz: "err" }) }, ["StatusHealthy"]],
  ["a version of its own", { status: (right) => ({ ...right, version: "v1" }) }, ["StatusVersionKnown"]],
  [
    "a version that changes",
    { status: (right) => ({ ...right, version: calls++ % 2 === 0 ? "v2" : "v2beta1" }) },
    ["StatusVersionStable"],
  ],
  [
    "a key id that flips",
    { status: (right) => ({ ...right, key_id: `flip-${calls++ % 2}` }) },
    ["StatusKeyIdStable", "EncryptKeyIdIsThatOfStatus"],
  ],
  [
    "Encrypt under another key id than Status",
    { encrypt: (right) => ({ ...right, key_id: "other" }), decrypt: ({ ciphertext }) => openWithout(ciphertext) },
    ["EncryptKeyIdIsThatOfStatus"],
  ],
  [
    "a key id that is too long",
    {
      status: (right) => ({ ...right, key_id: "k".repeat(1025) }),
      encrypt: (right) => ({ ...right, key_id: "k".repeat(1025) }),
    },
    ["StatusKeyIdValid", "EncryptKeyIdValid"],
  ],
  ["an empty key id", { status: (right) => ({ ...right, key_id: "" }) }, ["StatusKeyIdValid"]],
  [
    "an annotation with a slash",
    { encrypt: (right) => ({ ...right, annotations: { "kms.example.io/audit": Buffer.of(1) } }) },
    ["AnnotationKeysAreDomainNames"],
  ],
  [
    "annotations of 33 KiB",
    { encrypt: (right) => ({ ...right, annotations: { "a.example": Buffer.alloc(33 * 1024) } }) },
    ["AnnotationsSizeValid"],
  ],
  [
    "a ciphertext of 1025 bytes",
    { encrypt: (right) => ({ ...right, ciphertext: Buffer.alloc(1025, 7) }) },
    ["CiphertextSizeValid"],
  ],
  [
    "a plaintext as it is",
    { encrypt: (right, plaintext) => ({ ...right, ciphertext: plaintext }), decrypt: ({ ciphertext }) => ciphertext },
    ["PlaintextHidden", "EncryptionIsRandomised", "ChangedCiphertextRefused"],
  ],
  [
    "one ciphertext for all",
    { encrypt: (right) => ({ ...right, ciphertext: Buffer.alloc(60, 7) }) },
    ["PlaintextsStayDistinct", "RoundTrip", "ManyAtOnce"],
  ],
  [
    "one ciphertext for each plaintext",
    { encrypt: (right, plaintext) => ({ ...right, ciphertext: createHash("sha256").update(plaintext).digest() }) },
    ["EncryptionIsRandomised"],
  ],
  [
    "decrypting whatever the key id",
    { decrypt: ({ ciphertext }) => openWithout(ciphertext) },
    ["UnknownKeyIdRefused", "EmptyKeyIdRefused", "ChangedAnnotationsRefused"],
  ],
  [
    "decrypting without a look at annotations",
    { decrypt: ({ ciphertext, key_id: keyId }) => openWithout(ciphertext, keyId) },
    ["ChangedAnnotationsRefused"],
  ],
  [
    "a wrong plaintext instead of an error",
    {
      decrypt: (request, right) => {
        try {
          return right(request);
        } catch {
          return Buffer.alloc(32);
        }
      },
    },
    ["ChangedCiphertextRefused", "GarbageCiphertextRefused", "UnknownKeyIdRefused"],
  ],
];

for (const [what, behaviour, expected] of WRONG) {
  test(`it does not pass: ${what}`, async () => {
    const { code, failed } = await report(behaviour);
    for (const check of expected) assert.ok(failed.includes(check), `${check} is not among ${failed.join(", ")}`);
    const isOnlyAdvice = failed.every(
      (name) => CONFORMANCE_CHECKS.find((one) => one.name === name)?.level === "should",
    );
    assert.equal(code, isOnlyAdvice ? 0 : 1);
  });
}

test("what needs a call that fails is not assessed, and that is no conformance", async () => {
  const { code, failed, notAssessed } = await report({
    encrypt: () => {
      throw new KustodyError("KST_KMS_REQUEST", "no");
    },
  });
  assert.deepEqual([code, failed], [1, ["EncryptAnswers"]]);
  assert.ok(notAssessed.includes("RoundTrip") && !notAssessed.includes("StatusAnswers"));
});
