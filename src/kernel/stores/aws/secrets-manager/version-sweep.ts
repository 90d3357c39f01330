import type { Clock } from "../../../observe/clock.ts";
import { listSecrets, nameFilter } from "./list-secrets.ts";
import { CURRENT, versionInStages } from "./secret-names.ts";
import type { SecretsClient } from "./secrets-client.ts";

/** One listing serves all batches of so long. */
export const SHARED_MILLIS = 10_000;
/** How many calls a listing is thought to take before one was made. */
const FIRST_PAGES = 5;
/** 5,000 secrets. In a larger account reading the values costs fewer calls than listing all names. */
const MOST_PAGES = 50;
const REST_MILLIS = 3_600_000;
const TIMEOUT_MILLIS = 60_000;

/** Ids of the newest versions, by name and by ARN. */
export type Versions = ReadonlyMap<string, string>;

/**
 * Tells the newest version of every secret of the account from listings, a hundred a call, without reading any value.
 * ListSecrets lags behind by up to five minutes (its documentation says), so who wants to be exact asks DescribeSecret.
 */
export class VersionSweep {
  readonly #client: SecretsClient;
  readonly #prefix: string;
  readonly #clock: Clock;
  #last: { readonly since: number; readonly versions: Promise<Versions | undefined> } | undefined;
  /** Not allowed, or too many secrets: not tried before. */
  #restsUntil = 0;
  #pages = FIRST_PAGES;
  /** How many versions were asked for, and since when they are counted. */
  #asked = { since: Number.NEGATIVE_INFINITY, count: 0 };

  constructor(client: SecretsClient, prefix: string, clock: Clock) {
    this.#client = client;
    this.#prefix = prefix;
    this.#clock = clock;
  }

  /**
   * Whether comparing by listing takes fewer calls than asking for each of `count` versions, given what was asked lately. A
   * listing that is there already takes none.
   */
  isCheaper(count: number): boolean {
    const now = this.#clock.now();
    if (now - this.#asked.since >= SHARED_MILLIS) this.#asked = { since: now, count: 0 };
    this.#asked.count += count;
    return this.#asked.count > this.#pages;
  }

  /** Undefined when listing does not help now. It serves many, so it has a time limit of its own. */
  versions(): Promise<Versions | undefined> {
    const now = this.#clock.now();
    if (now < this.#restsUntil) return Promise.resolve(undefined);
    if (this.#last === undefined || now - this.#last.since >= SHARED_MILLIS) {
      this.#last = { since: now, versions: this.#list().catch(() => undefined) };
    }
    return this.#last.versions;
  }

  async #list(): Promise<Versions | undefined> {
    const found = new Map<string, string>();
    let pages = 0;
    const signal = AbortSignal.timeout(TIMEOUT_MILLIS);
    for await (const page of listSecrets(this.#client, nameFilter(this.#prefix), signal)) {
      if ("error" in page) {
        if (page.error === "denied" || page.error === "invalid") this.#rest();
        return undefined;
      }
      if (++pages > MOST_PAGES) {
        this.#rest();
        return undefined;
      }
      for (const { Name, ARN, SecretVersionsToStages } of page) {
        const version = versionInStages(SecretVersionsToStages, { VersionStage: CURRENT });
        if (version === undefined) continue;
        for (const id of [Name, ARN]) if (id !== undefined) found.set(id, version);
      }
    }
    this.#pages = pages;
    return found;
  }

  #rest(): void {
    this.#restsUntil = this.#clock.now() + REST_MILLIS;
  }
}
