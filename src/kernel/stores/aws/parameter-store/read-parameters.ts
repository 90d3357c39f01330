import type { Clock } from "../../../observe/clock.ts";
import { boundedMap } from "../../bounded-map.ts";
import { copySecret } from "../../copy-secret.ts";
import { type Answer, isStoreError, isValue, type Read, type Ref, type StoreError, type Version } from "../../store.ts";
import { versionsByValue } from "../../value-version.ts";
import { tagsJson } from "../tags.ts";
import { ParameterFetcher } from "./fetch-parameters.ts";
import { describeParameters } from "./list-parameters.ts";
import { type ParameterName, parameterName, selected } from "./parameter-names.ts";
import { parameterTags } from "./parameter-tags.ts";
import type { SsmClient } from "./ssm-client.ts";

const AT_ONCE = 8;
const REST_MILLIS = 3_600_000;

/** How many are compared by one call without their values. */
export const COMPARED = 50;

interface Asked {
  readonly ref: Ref;
  readonly parameter: ParameterName;
  readonly known: Version | undefined;
}

/**
 * Reads of Parameter Store for one identity: tags one by one; what is known is compared by version, fifty a call, without
 * its value; the rest is read, ten a call.
 */
export class ParameterReader {
  readonly #client: SsmClient;
  readonly #prefix: string;
  readonly #clock: Clock;
  readonly #fetcher: ParameterFetcher;
  readonly #versionOfTags = versionsByValue();
  /** Describing has a permission of its own, for all parameters at once. */
  #describesFrom = 0;

  constructor(client: SsmClient, prefix: string, clock: Clock) {
    this.#client = client;
    this.#prefix = prefix;
    this.#clock = clock;
    this.#fetcher = new ParameterFetcher(client, clock);
  }

  async read(refs: readonly Ref[], known: ReadonlyMap<Ref, Version>, signal: AbortSignal): Promise<Map<Ref, Read>> {
    const reads = new Map<Ref, Read>();
    const values: Asked[] = [];
    const metadata: Asked[] = [];
    for (const ref of refs) {
      const parameter = parameterName(this.#prefix, ref.key, ref.version);
      if ("error" in parameter) reads.set(ref, parameter);
      else (ref.part === "metadata" ? metadata : values).push({ ref, parameter, known: known.get(ref) });
    }
    await boundedMap(metadata, AT_ONCE, async (asked) => reads.set(asked.ref, await this.#tags(asked, signal)));
    const newest = await this.#versions(values, signal);
    const left = values.filter(({ ref, parameter, known: version }) => {
      const isSame = version !== undefined && isPlain(parameter) && newest.get(parameter.name) === version;
      if (isSame) reads.set(ref, "unchanged");
      return !isSame;
    });
    const answers = await this.#fetcher.fetch([...new Set(left.map(({ parameter }) => selected(parameter)))], signal);
    for (const { ref, parameter, known: version } of left)
      reads.set(ref, forOne(answers.get(selected(parameter)) ?? UNANSWERED, version));
    for (const answer of answers.values()) if (isValue(answer)) answer.value.dispose();
    // In the order in which they were asked.
    return new Map(refs.map((ref) => [ref, reads.get(ref) ?? UNANSWERED]));
  }

  async #tags({ parameter, known }: Asked, signal: AbortSignal): Promise<Read> {
    const tags = await parameterTags(this.#client, parameter.name, signal);
    if ("error" in tags) return tags;
    const value = tagsJson(tags);
    const version = this.#versionOfTags(value);
    if (version !== known) return { value, version };
    value.dispose();
    return "unchanged";
  }

  /** The newest versions of what is known, as far as they are told. */
  async #versions(asked: readonly Asked[], signal: AbortSignal): Promise<ReadonlyMap<string, Version>> {
    const versions = new Map<string, Version>();
    if (this.#clock.now() < this.#describesFrom) return versions;
    const compared = asked.filter(({ parameter, known }) => known !== undefined && isPlain(parameter));
    const names = [...new Set(compared.map(({ parameter }) => parameter.name))];
    for (let from = 0; from < names.length; from += COMPARED) {
      const Values = names.slice(from, from + COMPARED);
      for await (const page of describeParameters(this.#client, [{ Key: "Name", Option: "Equals", Values }], signal)) {
        if ("error" in page) {
          if (page.error === "denied") this.#describesFrom = this.#clock.now() + REST_MILLIS;
          return versions;
        }
        for (const { Name, Version: version } of page)
          if (Name !== undefined && version !== undefined) versions.set(Name, String(version));
        if (Values.every((name) => versions.has(name))) break;
      }
    }
    return versions;
  }
}

/** The newest version of a parameter of the account's own. */
function isPlain({ name, selector }: ParameterName): boolean {
  return selector === undefined && !name.startsWith("arn:");
}

/** A Secret of its own for each ref, unless the value is the known one. */
function forOne(answer: Answer, known: Version | undefined): Read {
  if (isStoreError(answer)) return answer;
  return answer.version === known ? "unchanged" : { ...answer, value: copySecret(answer.value) };
}

const UNANSWERED: StoreError = { error: "unavailable", message: "AWS left this key unanswered" };
