import { randomBytes } from "node:crypto";
import type { Clock } from "../../../../kernel/observe/clock.ts";
import { type EncryptMessage, isRefusal, type KmsClient, type KmsReply, type StatusMessage } from "./kms-client.ts";

/** What a check needs has already failed in another check. */
export class NotAssessed extends Error {}

/** A plugin under test, with what checks ask it for again and again. */
export class Trial {
  readonly client: KmsClient;
  readonly clock: Clock;

  constructor(client: KmsClient, clock: Clock) {
    this.client = client;
    this.clock = clock;
  }

  async status(): Promise<StatusMessage> {
    return answered(await this.client.status(), "Status fails");
  }

  /** A seed as the API server makes them, and what the plugin made of it. */
  async sample(size = 32): Promise<{ plaintext: Buffer; encrypted: EncryptMessage }> {
    const plaintext = randomBytes(size);
    return { plaintext, encrypted: answered(await this.client.encrypt(plaintext), "Encrypt fails") };
  }

  /** `undefined` when the plugin refuses this, else what it did instead. */
  async refuses(encrypted: EncryptMessage, plaintext: Buffer): Promise<string | undefined> {
    const reply = await this.client.decrypt(encrypted);
    if (isRefusal(reply)) {
      return reply.status === "DEADLINE_EXCEEDED" ? "it did not answer within 3 s" : undefined;
    }
    return reply.message.plaintext.equals(plaintext) ? "it decrypted all the same" : "it decrypted to something else";
  }
}

export function answered<T>(reply: KmsReply<T>, why: string): T {
  if (!isRefusal(reply)) return reply.message;
  throw new NotAssessed(`${why}: ${reply.status}: ${reply.details.slice(0, 200)}`);
}
