import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { disagreements } from "./agreement.ts";
import { EncryptionMetrics, type ServerEncryption } from "./server-metrics.ts";

const [A, B] = [`sha256:${"a".repeat(64)}`, `sha256:${"b".repeat(64)}`];
const TEXT = `# HELP apiserver_encryption_config_controller_last_config_info [ALPHA] Information
# TYPE apiserver_encryption_config_controller_last_config_info gauge
apiserver_encryption_config_controller_last_config_info{apiserver_id_hash="${A}",hash="${B}"} 1
apiserver_encryption_config_controller_automatic_reloads_total{apiserver_id_hash="${A}",status="success"} 2
apiserver_encryption_config_controller_automatic_reloads_total{apiserver_id_hash="${A}",status="failure"} 1
apiserver_envelope_encryption_key_id_hash_last_timestamp_seconds{key_id_hash="${A}",provider_name="vault",transformation_type="from_storage"} 1.7e+09
apiserver_envelope_encryption_key_id_hash_last_timestamp_seconds{key_id_hash="${A}",provider_name="vault",transformation_type="to_storage"} 1.7e+09
apiserver_envelope_encryption_key_id_hash_status_last_timestamp_seconds{key_id_hash="${A}",provider_name="vault"} 1.70000001e+09
apiserver_envelope_encryption_key_id_hash_status_last_timestamp_seconds{key_id_hash="${B}",provider_name="vault"} 1.70000009e+09
apiserver_request_total{code="200"} 5
apiserver_storage_transformation_operations_total{resource="secrets",status="OK",transformation_type="from_storage",transformer_prefix="identity"} 4
apiserver_storage_transformation_operations_total{resource="secrets",status="OK",transformation_type="to_storage",transformer_prefix=""} 2
apiserver_storage_transformation_operations_total{resource="secrets",status="Unknown",transformation_type="to_storage",transformer_prefix=""} 9
apiserver_storage_transformation_operations_total{resource="secrets",status="OK",transformation_type="to_storage",transformer_prefix="k8s:enc:kms:v2:vault:"} 7
`;

function told(text: string, piece = 1000): ServerEncryption {
  const metrics = new EncryptionMetrics();
  for (let at = 0; at < text.length; at += piece) metrics.feed(text.slice(at, at + piece));
  return metrics.report("https://one");
}

test("metrics tell the file, the newest key of each provider, and what was read and written unencrypted", () => {
  for (const piece of [1, 7, 100_000]) {
    assert.deepEqual(told(TEXT, piece), {
      server: "https://one",
      configHash: B,
      reloads: { failed: 1, succeeded: 2 },
      providers: [{ name: "vault", keyIdHash: B, read: [A] }],
      uses: [
        { resource: "secrets", prefix: "identity", read: 4, written: 2 },
        { resource: "secrets", prefix: "k8s:enc:kms:v2:vault:", read: 0, written: 7 },
      ],
    });
  }
});

test("any text is read without harm", () => {
  const line = fc.constantFrom(
    ...TEXT.split("\n"),
    'apiserver_envelope_encryption_key_id_hash_total{__proto__="x"} NaN',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(line, fc.string())), (lines) => {
      const { providers } = told(lines.join("\n"), 13);
      assert.ok(providers.length <= 1);
    }),
  );
});

const server = (name: string, configHash?: string, keyIdHash?: string): ServerEncryption => ({
  server: name,
  ...(configHash === undefined ? {} : { configHash }),
  reloads: { failed: 0, succeeded: 0 },
  providers: keyIdHash === undefined ? [] : [{ name: "vault", keyIdHash, read: [] }],
  uses: [],
});

test("API servers agree when all use the same file and the same key, and those that were asked for", () => {
  const cases: [string, readonly ServerEncryption[], Parameters<typeof disagreements>[1], RegExp | undefined][] = [
    ["one", [server("1", A, A)], {}, undefined],
    ["two alike", [server("1", A, A), server("2", A, A)], { configHash: A, keyIdHash: A }, undefined],
    ["no metrics at all", [server("1")], { configHash: A }, undefined],
    ["different files", [server("1", A), server("2", B)], {}, /2 different EncryptionConfigurations/],
    ["another file than asked", [server("1", A), server("2", B)], { configHash: A }, /^2 uses another/],
    [
      "different keys",
      [server("1", A, A), server("2", A, B)],
      {},
      /different keys of vault: 1 sha256:aaaaaaaaaaaa, 2 sha256:b/,
    ],
    ["one without the provider", [server("1", A, A), server("2", A)], {}, /2 none/],
    ["the old key still", [server("1", A, A)], { replaced: { provider: "vault", keyIdHash: A } }, /old key of vault/],
    ["the old key gone", [server("1", A, B)], { replaced: { provider: "vault", keyIdHash: A } }, undefined],
    ["not the new key", [server("1", A, B)], { keyIdHash: A }, /^1 does not write with the new key yet/],
  ];
  for (const [what, servers, expected, reason] of cases) {
    const [first, ...others] = disagreements(servers, expected);
    if (reason === undefined) assert.equal(first, undefined, what);
    else assert.match(first ?? "", reason, what);
    assert.deepEqual(others, [], what);
  }
});
