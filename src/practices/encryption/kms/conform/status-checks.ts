import type { ConformanceCheck } from "./conformance-check.ts";
import { isRefusal } from "./kms-client.ts";

const LONGEST_KEY_ID = 1024;
const ROUNDS = 20;

export const STATUS_CHECKS: readonly ConformanceCheck[] = [
  {
    name: "StatusAnswers",
    level: "must",
    requirement: "Status answers without an error, within 3 s",
    async run({ client }) {
      const reply = await client.status();
      return isRefusal(reply) ? `${reply.status}: ${reply.details.slice(0, 200)}` : undefined;
    },
  },
  {
    name: "StatusVersionKnown",
    level: "must",
    requirement: "version is v2, or v2beta1",
    async run(trial) {
      const { version } = await trial.status();
      return version === "v2" || version === "v2beta1" ? undefined : `it is ${JSON.stringify(version.slice(0, 40))}`;
    },
  },
  {
    name: "StatusHealthy",
    level: "must",
    requirement:
      "healthz is ok; what is wrong is told by a gRPC error, since a healthz of another value lets the API server go on writing (kubernetes#138950)",
    async run(trial) {
      const { healthz } = await trial.status();
      return healthz === "ok" ? undefined : `it is ${JSON.stringify(healthz.slice(0, 200))}`;
    },
  },
  {
    name: "StatusKeyIdValid",
    level: "must",
    requirement: `key_id has 1 to ${LONGEST_KEY_ID} bytes`,
    run: async (trial) => wrongKeyId((await trial.status()).key_id),
  },
  {
    name: "StatusKeyIdStable",
    level: "must",
    requirement: "key_id stays the same as long as nobody rotates: each change makes the API server encrypt a new seed",
    async run(trial) {
      const seen = new Set<string>();
      for (let round = 0; round < ROUNDS; round++) seen.add((await trial.status()).key_id);
      return seen.size === 1 ? undefined : `${ROUNDS} calls gave ${seen.size} key ids`;
    },
  },
  {
    name: "StatusVersionStable",
    level: "must",
    requirement: "version stays the same: the API server holds a change against the plugin until it is configured anew",
    async run(trial) {
      const seen = new Set<string>();
      for (let round = 0; round < ROUNDS; round++) seen.add((await trial.status()).version);
      return seen.size === 1 ? undefined : `${ROUNDS} calls gave ${[...seen].join(", ").slice(0, 100)}`;
    },
  },
];

export function wrongKeyId(keyId: string): string | undefined {
  const bytes = Buffer.byteLength(keyId);
  return bytes > 0 && bytes <= LONGEST_KEY_ID ? undefined : `it has ${bytes} bytes`;
}
