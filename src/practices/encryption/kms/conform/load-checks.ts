import type { ConformanceCheck } from "./conformance-check.ts";
import { isRefusal } from "./kms-client.ts";
import type { Trial } from "./trial.ts";

const AT_ONCE = 32;
const TIMED = 100;
/** What Kubernetes asks of plugins, milliseconds. */
const ENCRYPT_MILLIS = 100;
const DECRYPT_MILLIS = 10;

export const LOAD_CHECKS: readonly ConformanceCheck[] = [
  {
    name: "ManyAtOnce",
    level: "must",
    requirement: `${AT_ONCE} calls at once are all answered, each with its own plaintext`,
    async run(trial) {
      const one = async (): Promise<boolean> => {
        const { plaintext, encrypted } = await trial.sample();
        const reply = await trial.client.decrypt(encrypted);
        return !isRefusal(reply) && reply.message.plaintext.equals(plaintext);
      };
      const right = (await Promise.all(Array.from({ length: AT_ONCE }, one))).filter(Boolean).length;
      return right === AT_ONCE ? undefined : `${AT_ONCE - right} of them were not`;
    },
  },
  {
    name: "SurvivesGarbage",
    level: "must",
    requirement: "bytes that are no HTTP/2 end their own connection and nothing else",
    async run(trial) {
      await trial.status();
      for (const text of [
        "GET / HTTP/1.1\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff",
        "\0".repeat(9000),
      ]) {
        await trial.client.garbage(Buffer.from(text, "latin1"));
      }
      const reply = await trial.client.status();
      return isRefusal(reply) ? `afterwards Status fails: ${reply.status}` : undefined;
    },
  },
  {
    name: "DecryptIsFast",
    level: "should",
    requirement: `Decrypt takes less than ${DECRYPT_MILLIS} ms: an API server's start may need thousands`,
    async run(trial) {
      const { encrypted } = await trial.sample();
      return await slower(trial, DECRYPT_MILLIS, () => trial.client.decrypt(encrypted));
    },
  },
  {
    name: "EncryptIsFast",
    level: "should",
    requirement: `Encrypt takes less than ${ENCRYPT_MILLIS} ms`,
    run: async (trial) => await slower(trial, ENCRYPT_MILLIS, () => trial.client.encrypt(Buffer.alloc(32, 3))),
  },
];

async function slower(trial: Trial, bound: number, call: () => Promise<unknown>): Promise<string | undefined> {
  const millis: number[] = [];
  for (let round = 0; round < TIMED; round++) {
    const began = trial.clock.now();
    await call();
    millis.push(trial.clock.now() - began);
  }
  const median = millis.sort((a, b) => a - b)[TIMED >> 1] ?? 0;
  return median < bound ? undefined : `the median of ${TIMED} was ${median.toFixed(1)} ms`;
}
