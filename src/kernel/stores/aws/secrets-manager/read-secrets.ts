import type { Clock } from "../../../observe/clock.ts";
import type { Secret } from "../../../secret/secret.ts";
import { boundedMap } from "../../bounded-map.ts";
import { copySecret } from "../../copy-secret.ts";
import { isStoreError, isValue, type Read, type Ref, type StoreError, type Version } from "../../store.ts";
import { versionsByValue } from "../../value-version.ts";
import { tagsJson } from "../tags.ts";
import { describeSecret } from "./describe-secret.ts";
import { ValueFetcher } from "./fetch-values.ts";
import { CURRENT, secretId, versionInStages, versionOf, type Wanted, wantedVersion } from "./secret-names.ts";
import type { SecretsClient } from "./secrets-client.ts";
import { VersionSweep } from "./version-sweep.ts";

const AT_ONCE = 8;

/** One thing to find out, for all refs that ask for it. */
interface Question {
  readonly refs: Ref[];
  readonly id: string;
  readonly part: "value" | "metadata";
  /** Undefined for the newest. */
  readonly wanted: Wanted | undefined;
  readonly known: Version | undefined;
}

/**
 * Reads of Secrets Manager for one identity. What is known is first compared by version, without its value:
 *
 * 1. Tags, and versions and stages that a ref names, are asked for one by one.
 * 2. A few known values are compared by DescribeSecret, many by a listing that all batches of ten seconds share.
 * 3. What is new, has changed or cannot be compared is read, twenty a call.
 */
export class SecretReader {
  readonly #client: SecretsClient;
  readonly #prefix: string;
  readonly #fetcher: ValueFetcher;
  readonly #sweep: VersionSweep;
  readonly #versionOfTags = versionsByValue();

  constructor(client: SecretsClient, prefix: string, clock: Clock) {
    this.#client = client;
    this.#prefix = prefix;
    this.#fetcher = new ValueFetcher(client, clock);
    this.#sweep = new VersionSweep(client, prefix, clock);
  }

  async read(refs: readonly Ref[], known: ReadonlyMap<Ref, Version>, signal: AbortSignal): Promise<Map<Ref, Read>> {
    const reads = new Map<Ref, Read>();
    const questions = this.#questions(refs, known, reads);
    const answer = (question: Question, read: Read): void => {
      for (const [n, ref] of question.refs.entries()) reads.set(ref, n === 0 ? read : copyOf(read));
    };
    const plain = questions.filter(({ part, wanted }) => part === "value" && wanted === undefined);
    // (1)
    const special = questions.filter((question) => !plain.includes(question));
    await boundedMap(special, AT_ONCE, async (question) => answer(question, await this.#special(question, signal)));
    // (2)
    const unchanged = await this.#unchanged(plain, signal);
    for (const question of unchanged) answer(question, "unchanged");
    // (3)
    const left = plain.filter((question) => !unchanged.has(question));
    const values = await this.#fetcher.newest([...new Set(left.map(({ id }) => id))], signal);
    for (const question of left) answer(question, values.get(question.id) ?? UNANSWERED);
    // In the order in which they were asked.
    return new Map(refs.map((ref) => [ref, reads.get(ref) ?? UNANSWERED]));
  }

  #questions(refs: readonly Ref[], known: ReadonlyMap<Ref, Version>, reads: Map<Ref, Read>): Question[] {
    const questions = new Map<string, Question>();
    for (const ref of refs) {
      const id = secretId(this.#prefix, ref.key);
      const wanted = ref.version === undefined ? undefined : wantedVersion(ref.version);
      if (typeof id === "object" || (wanted !== undefined && "error" in wanted)) {
        reads.set(ref, typeof id === "object" ? id : (wanted as StoreError));
        continue;
      }
      const { part = "value" } = ref;
      const text = JSON.stringify([id, part, ref.version ?? null, known.get(ref) ?? null]);
      const question = questions.get(text) ?? { refs: [], id, part, wanted, known: known.get(ref) };
      question.refs.push(ref);
      questions.set(text, question);
    }
    return [...questions.values()];
  }

  async #special({ id, part, wanted, known }: Question, signal: AbortSignal): Promise<Read> {
    if (part === "metadata") {
      const found = await describeSecret(this.#client, id, signal);
      if ("error" in found) return found;
      if (found.DeletedDate !== undefined) return DELETED;
      const value = tagsJson(found.Tags);
      const version = this.#versionOfTags(value);
      if (version !== known) return { value, version };
      value.dispose();
      return "unchanged";
    }
    const version: Wanted = wanted ?? { VersionStage: CURRENT };
    const isSame = known !== undefined && (await this.#describedVersion(id, version, signal)) === known;
    return isSame ? "unchanged" : await this.#fetcher.one(id, version, signal);
  }

  /** Those of which it is certain that their newest version is the known one. */
  async #unchanged(questions: readonly Question[], signal: AbortSignal): Promise<ReadonlySet<Question>> {
    const asked = questions.filter(({ known }) => known !== undefined);
    const same = new Set<Question>();
    if (!this.#sweep.isCheaper(asked.length)) {
      await boundedMap(asked, AT_ONCE, async (question) => {
        const version = await this.#describedVersion(question.id, { VersionStage: CURRENT }, signal);
        if (version === question.known) same.add(question);
      });
      return same;
    }
    const versions = await this.#sweep.versions();
    signal.throwIfAborted();
    for (const question of asked) {
      const version = versions?.get(question.id);
      if (version !== undefined && versionOf(version) === question.known) same.add(question);
    }
    return same;
  }

  /** The version that a read would bring; undefined where that is not to be known, so that a read tells why. */
  async #describedVersion(id: string, wanted: Wanted, signal: AbortSignal): Promise<Version | undefined> {
    const found = await describeSecret(this.#client, id, signal);
    if ("error" in found || found.DeletedDate !== undefined) return undefined;
    const version = versionInStages(found.VersionIdsToStages, wanted);
    return version === undefined ? undefined : versionOf(version);
  }
}

function copyOf(read: Read): Read {
  if (isStoreError(read) || !isValue(read)) return read;
  const value: Secret = copySecret(read.value);
  return { ...read, value };
}

const DELETED: StoreError = { error: "missing", message: "the secret is scheduled for deletion" };
const UNANSWERED: StoreError = { error: "unavailable", message: "AWS left this key unanswered" };
