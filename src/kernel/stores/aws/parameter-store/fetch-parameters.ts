import { GetParameterCommand, GetParametersCommand, type Parameter } from "@aws-sdk/client-ssm";
import type { Clock } from "../../../observe/clock.ts";
import type { Secret } from "../../../secret/secret.ts";
import { boundedMap } from "../../bounded-map.ts";
import type { Answer, StoreError } from "../../store.ts";
import { takenValue } from "../take-values.ts";
import type { SsmClient } from "./ssm-client.ts";

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
const BATCH = 10;
const AT_ONCE = 8;
const REST_MILLIS = 3_600_000;

/**
 * Reads parameters, ten a call. AWS refuses the whole call for one that is not allowed, so those are then read one by one,
 * and whoever was refused is left out of batches for an hour; where it was the call itself, all are read one by one.
 */
export class ParameterFetcher {
  readonly #client: SsmClient;
  readonly #clock: Clock;
  #singleUntil = 0;
  readonly #apartUntil = new Map<string, number>();

  constructor(client: SsmClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** Each name, perhaps with `:` and a version, with an answer of its own. */
  async fetch(names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Answer>> {
    const answers = new Map<string, Answer>();
    const now = this.#clock.now();
    for (const [name, until] of this.#apartUntil) if (until <= now) this.#apartUntil.delete(name);
    const together =
      now < this.#singleUntil ? [] : oncePerParameter(names.filter((name) => !this.#apartUntil.has(name)));
    for (let from = 0; from < together.length; from += BATCH)
      await this.#batch(together.slice(from, from + BATCH), answers, signal);
    const left = names.filter((name) => !answers.has(name));
    await boundedMap(left, AT_ONCE, async (name) => answers.set(name, await this.#one(name, signal)));
    return answers;
  }

  async #one(Name: string, signal: AbortSignal): Promise<Answer> {
    const reply = await this.#client.ask(signal, (sdk, context) =>
      sdk.send(new GetParameterCommand({ Name, WithDecryption: true }), context),
    );
    return "error" in reply ? reply : valueOf(reply.output.Parameter, reply.values);
  }

  async #batch(Names: string[], answers: Map<string, Answer>, signal: AbortSignal): Promise<void> {
    const reply = await this.#client.ask(signal, (sdk, context) =>
      sdk.send(new GetParametersCommand({ Names, WithDecryption: true }), context),
    );
    if (!("error" in reply)) {
      for (const parameter of reply.output.Parameters ?? []) {
        const { Name = "", ARN = "", Selector = "" } = parameter;
        const name = [Name + Selector, ARN + Selector].find((one) => Names.includes(one));
        const value = valueOf(parameter, reply.values);
        if (name !== undefined) answers.set(name, value);
        else if (!("error" in value)) value.value.dispose();
      }
      for (const name of reply.output.InvalidParameters ?? []) answers.set(name, MISSING);
    } else if (reply.error === "denied" || reply.error === "invalid") {
      await this.#takeApart(Names, answers, signal);
    } else for (const name of Names) answers.set(name, reply);
  }

  /** Whatever one name did to the whole batch, it does to itself alone when it is read by itself. */
  async #takeApart(names: readonly string[], answers: Map<string, Answer>, signal: AbortSignal): Promise<void> {
    const until = this.#clock.now() + REST_MILLIS;
    let refused = 0;
    await boundedMap(names, AT_ONCE, async (name) => {
      const answer = await this.#one(name, signal);
      answers.set(name, answer);
      if (!("error" in answer) || (answer.error !== "denied" && answer.error !== "invalid")) return;
      refused += 1;
      this.#apartUntil.set(name, until);
    });
    if (refused === 0) this.#singleUntil = until;
  }
}

/** Names of different parameters: replies tell versions of one apart by the selector alone, which not all of them carry. */
function oncePerParameter(names: readonly string[]): string[] {
  const first = new Map<string, string>();
  for (const name of names) {
    const parameter = name.replace(/:[^:/]*$/, "");
    if (!first.has(parameter)) first.set(parameter, name);
  }
  return [...first.values()];
}

function valueOf(parameter: Parameter | undefined, values: (Secret | undefined)[]): Answer {
  const value = takenValue(parameter?.Value, values);
  return value === undefined ? MISSING : { value, version: String(parameter?.Version ?? "") };
}

const MISSING: StoreError = { error: "missing", message: "there is no such parameter, or version of it" };
