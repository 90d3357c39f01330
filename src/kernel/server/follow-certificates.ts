import { readCertificate } from "../crypto/read-certificate.ts";
import { KustodyError, toKustodyError } from "../errors.ts";
import type { Secret } from "../secret/secret.ts";
import type { SecretRecord } from "../secret/secret-record.ts";
import { bundleOf, readCertificateSet } from "./certificate-set.ts";

/** What a server shows, and what its clients are to trust. */
export interface ServedCertificate {
  readonly certPem: string;
  readonly keyPem: Secret;
  readonly bundlePem: string;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
}

export interface FollowOptions {
  readonly record: SecretRecord;
  readonly onProblem?: (problem: KustodyError) => void;
}

/**
 * Every replica's part: knows the newest good certificate of the record. Content that can't be used, and a record that
 * was deleted, leave the last good one in place.
 */
export class FollowedCertificates implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #listeners = new Set<(served: ServedCertificate) => void>();
  readonly #done: Promise<void>;
  #current: ServedCertificate | undefined;

  constructor(options: FollowOptions) {
    this.#done = this.#follow(options);
  }

  get current(): ServedCertificate | undefined {
    return this.#current;
  }

  /** Called with each new certificate until `signal` aborts. */
  onChange(listener: (served: ServedCertificate) => void, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener), { once: true });
  }

  /** The present certificate, or the first that comes. Errors: KST_SERVER_NO_CERTIFICATE once `signal` aborts. */
  async first(signal: AbortSignal): Promise<ServedCertificate> {
    if (this.#current !== undefined) return this.#current;
    const { promise, resolve, reject } = Promise.withResolvers<ServedCertificate>();
    const giveUp = () =>
      reject(
        new KustodyError("KST_SERVER_NO_CERTIFICATE", "no certificate to serve with arrived in time", {
          hint: "look at the leader's log, and whether this replica may read the Secret",
          retry: "backoff",
        }),
      );
    const until = new AbortController();
    signal.addEventListener("abort", giveUp, { once: true, signal: until.signal });
    if (signal.aborted) giveUp();
    this.onChange(resolve, until.signal);
    return await promise.finally(() => until.abort());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #follow({ record, onProblem }: FollowOptions): Promise<void> {
    try {
      for await (const stored of record.watch(this.#stop.signal)) {
        if (stored === undefined) continue;
        try {
          const set = readCertificateSet(stored.data, record.name);
          this.#take({ ...set.leaf, bundlePem: bundleOf(set), notAfter: readCertificate(set.leaf.certPem).notAfter });
        } catch (error) {
          onProblem?.(toKustodyError(error));
        }
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) onProblem?.(toKustodyError(error));
    }
  }

  #take(served: ServedCertificate): void {
    this.#current = served;
    for (const listener of this.#listeners) listener(served);
  }
}
