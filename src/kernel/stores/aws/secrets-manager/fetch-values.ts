import {
  type APIErrorType,
  BatchGetSecretValueCommand,
  GetSecretValueCommand,
  type SecretValueEntry,
} from "@aws-sdk/client-secrets-manager";
import type { Clock } from "../../../observe/clock.ts";
import type { Secret } from "../../../secret/secret.ts";
import { boundedMap } from "../../bounded-map.ts";
import { copySecret } from "../../copy-secret.ts";
import type { Answer, StoreError, Value } from "../../store.ts";
import { storeErrorOfName } from "../aws-error.ts";
import { takenValue } from "../take-values.ts";
import { describeSecret } from "./describe-secret.ts";
import { CURRENT, versionOf, type Wanted } from "./secret-names.ts";
import type { SecretsClient } from "./secrets-client.ts";

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html */
export const BATCH = 20;
const AT_ONCE = 8;
const REST_MILLIS = 3_600_000;

/**
 * Reads values of secrets, twenty a call. Where that call is not allowed (it has a permission of its own, and VPC endpoints
 * have policies) it reads one by one, and does so for an hour before it tries again.
 */
export class ValueFetcher {
  readonly #client: SecretsClient;
  readonly #clock: Clock;
  #singleUntil = 0;

  constructor(client: SecretsClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** The newest values of `ids`, each with an answer of its own. */
  async newest(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Answer>> {
    const answers = new Map<string, Answer>();
    for (let from = 0; from < ids.length; from += BATCH) {
      const chunk = ids.slice(from, from + BATCH);
      // One alone needs no permission beside secretsmanager:GetSecretValue.
      if (chunk.length > 1 && this.#clock.now() >= this.#singleUntil) await this.#batch(chunk, answers, signal);
      const left = chunk.filter((id) => !answers.has(id));
      for (const [id, answer] of await boundedMap(left, AT_ONCE, async (id) => {
        return [id, await this.one(id, { VersionStage: CURRENT }, signal)] as const;
      })) {
        answers.set(id, answer);
      }
    }
    return answers;
  }

  async one(SecretId: string, wanted: Wanted, signal: AbortSignal): Promise<Answer> {
    const reply = await this.#client.ask(signal, (sdk, context) =>
      sdk.send(new GetSecretValueCommand({ SecretId, ...wanted }), context),
    );
    if (!("error" in reply)) return valueOf(reply.output, reply.values);
    // It says so of a secret that waits for its deletion, and of one in another state that does not allow it.
    if (reply.awsName === "InvalidRequestException") return await this.#whyNot(SecretId, reply, signal);
    return reply;
  }

  /** Puts into `answers` what the batch tells; what it leaves out is to be read by itself. */
  async #batch(SecretIdList: string[], answers: Map<string, Answer>, signal: AbortSignal): Promise<void> {
    const reply = await this.#client.ask(signal, (sdk, context) =>
      sdk.send(new BatchGetSecretValueCommand({ SecretIdList }), context),
    );
    if ("error" in reply) {
      if (reply.error === "denied") this.#singleUntil = this.#clock.now() + REST_MILLIS;
      // Whatever one id did to the whole batch, it does to itself alone when it is read by itself.
      else if (reply.error !== "invalid" && reply.error !== "missing")
        for (const id of SecretIdList) answers.set(id, reply);
      return;
    }
    const { SecretValues = [], Errors = [] } = reply.output;
    for (const entry of SecretValues) {
      const value = valueOf(entry, reply.values);
      const ids = SecretIdList.filter((id) => isAbout(id, entry) && !answers.has(id));
      for (const [n, id] of ids.entries()) answers.set(id, n === 0 || "error" in value ? value : copyOf(value));
      if (ids.length === 0 && !("error" in value)) value.value.dispose();
    }
    for (const error of Errors) {
      const answer = errorOf(error);
      if (error.SecretId !== undefined && !answers.has(error.SecretId) && answer !== undefined)
        answers.set(error.SecretId, answer);
    }
  }

  async #whyNot(id: string, refused: StoreError, signal: AbortSignal): Promise<StoreError> {
    const found = await describeSecret(this.#client, id, signal);
    if ("error" in found || found.DeletedDate === undefined) return refused;
    return { error: "missing", message: "the secret is scheduled for deletion" };
  }
}

function valueOf(
  { SecretString, SecretBinary, VersionId }: SecretValueEntry,
  values: (Secret | undefined)[],
): Value | StoreError {
  const value = takenValue(SecretString ?? SecretBinary, values);
  return value === undefined ? EMPTY : { value, version: versionOf(VersionId) };
}

/** Names, whole ARNs, and ARNs without AWS's six random characters. */
function isAbout(id: string, { Name, ARN }: SecretValueEntry): boolean {
  return id === Name || id === ARN || (id.startsWith("arn:") && ARN?.slice(0, -7) === id);
}

/** An error of one id; undefined where only a read by itself tells more. */
function errorOf({ ErrorCode = "", Message = "" }: APIErrorType): StoreError | undefined {
  return ErrorCode === "InvalidRequestException" ? undefined : storeErrorOfName(ErrorCode, Message);
}

function copyOf(value: Value): Value {
  return { ...value, value: copySecret(value.value) };
}

const EMPTY: StoreError = { error: "missing", message: "this version of the secret holds no value" };
