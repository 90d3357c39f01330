import { createHash } from "node:crypto";
import { Metrics } from "../../../kernel/observe/metrics.ts";

const REQUEST_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 3];

/** What a scraper sees of the plugin. */
export function kmsMetrics() {
  const metrics = new Metrics({ process: true });
  const gauge = (name: string, help: string) => metrics.gauge({ name, help, labels: [] });
  const key = metrics.gauge({
    name: "kustody_kms_key_info",
    help: "1 for the key that encrypts; the hash is that of the API server's apiserver_envelope_encryption_key_id_hash_total",
    labels: ["key_id_hash"],
  });
  let hash: string | undefined;
  return {
    metrics,
    requests: metrics.counter({
      name: "kustody_kms_requests_total",
      help: "calls of the API server",
      labels: ["method", "status"],
    }),
    requestSeconds: metrics.histogram({
      name: "kustody_kms_request_seconds",
      help: "time that a call of the API server took",
      labels: ["method"],
      buckets: REQUEST_SECONDS,
    }),
    remoteCalls: metrics.counter({
      name: "kustody_kms_key_service_calls_total",
      help: "calls of the key service",
      labels: ["operation", "outcome"],
    }),
    remoteSeconds: metrics.histogram({
      name: "kustody_kms_key_service_call_seconds",
      help: "time that a call of the key service took",
      labels: ["operation"],
    }),
    ready: gauge("kustody_kms_ready", "1 while Status answers ok"),
    sinceVerified: gauge("kustody_kms_kek_age_seconds", "since the key service last vouched for the KEK"),
    kekAgeLimit: gauge("kustody_kms_kek_age_limit_seconds", "when this age is reached, Status becomes an error"),
    cachedKeks: gauge("kustody_kms_keks", "KEKs in memory for decrypting"),
    /** Shows another key id. */
    key(keyId: string): void {
      if (hash !== undefined) key.remove({ key_id_hash: hash });
      hash = `sha256:${createHash("sha256").update(keyId).digest("hex")}`;
      key.set({ key_id_hash: hash }, 1);
    },
  };
}

export type KmsMetrics = ReturnType<typeof kmsMetrics>;
