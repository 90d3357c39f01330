import { setTimeout as sleep } from "node:timers/promises";
import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import type { Api } from "../api/api.ts";
import { type KubeObject, keyOf } from "../object/object-meta.ts";
import type { SecretObject } from "../object/resources.ts";

/** A write that happened: a version, or (`put` undefined) a deletion. */
export interface Written {
  readonly put: number | undefined;
}

const OBJECTS = 3;

/**
 * For the test of watches: creates, changes and deletes a few objects that nobody else writes, without rest, and keeps
 * a log of what really happened. After a write whose reply was lost it looks whether the write was carried out.
 */
export class ChurnWriter {
  /** By key. */
  readonly log = new Map<string, Written[]>();
  readonly #secrets: Api<SecretObject, "namespace">;
  readonly #prefix: string;
  #count = 0;
  #stopped = false;
  #waiting: (() => void)[] = [];

  constructor(secrets: Api<SecretObject, "namespace">, prefix: string) {
    this.#secrets = secrets;
    this.#prefix = prefix;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Resolves after two more writes. */
  async progress(): Promise<void> {
    for (let i = 0; i < 2; i++) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      const name = `${this.#prefix}-${this.#count % OBJECTS}`;
      const key = keyOf({ namespace: "default", name });
      const log = this.log.get(key) ?? [];
      this.log.set(key, log);
      try {
        await this.#write(name, log);
      } catch (error) {
        if (!(error instanceof KustodyError)) throw error;
        await this.#look(name, log);
      }
      this.#count++;
      for (const resolve of this.#waiting.splice(0)) resolve();
    }
  }

  async #write(name: string, log: Written[]): Promise<void> {
    const exists = log.at(-1)?.put !== undefined;
    const data = { value: Secret.fromText(`${this.#prefix} ${this.#count}`) };
    if (exists && this.#count % 7 < 2) {
      await this.#secrets.delete(name);
      log.push({ put: undefined });
    } else {
      // Both exactly once: neither has a reply that could hide that it was carried out twice.
      const object = exists
        ? await this.#secrets.mergePatch(name, { data }, { fieldManager: "churn" })
        : await this.#secrets.create({ metadata: { name }, data });
      this.#record(object, log);
    }
  }

  /** What is there now, once the API server answers again. */
  async #look(name: string, log: Written[]): Promise<void> {
    for (;;) {
      await sleep(50);
      try {
        const object = await this.#secrets.metadata().find(name);
        if (object !== undefined) this.#record(object, log);
        else if (log.at(-1)?.put !== undefined) log.push({ put: undefined });
        return;
      } catch (error) {
        if (!(error instanceof KustodyError)) throw error;
      }
    }
  }

  #record(object: KubeObject, log: Written[]): void {
    const put = Number(object.metadata.resourceVersion);
    if (log.at(-1)?.put !== put) log.push({ put });
  }
}
