import { randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import type { Secret } from "../../../secret/secret.ts";
import type { StoreError, Version, WriteCondition } from "../../store.ts";
import { isManaged, MANAGED, NOT_OURS } from "../tags.ts";
import { describeSecret } from "./describe-secret.ts";
import { CURRENT, versionOf, wantedVersion } from "./secret-names.ts";
import type { SecretsClient } from "./secrets-client.ts";

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html */
const LARGEST = 65_536;
/** Where a conditional write waits until its condition has been decided. */
const PENDING = "KUSTODY_PENDING";

/** Writes the newest version, and makes the secret where there is none. */
export async function writeSecret(
  client: SecretsClient,
  id: string,
  value: Secret,
  condition: WriteCondition | undefined,
  signal: AbortSignal,
): Promise<Version | StoreError> {
  if (value.size > LARGEST) return { error: "invalid", message: `Secrets Manager keeps ${LARGEST} bytes at most` };
  if (value.size === 0) return { error: "invalid", message: "Secrets Manager keeps no empty value" };
  if (condition !== undefined && "ifAbsent" in condition) return await create(client, id, value, signal);
  const found = await describeSecret(client, id, signal);
  if ("error" in found) {
    if (found.error !== "missing") return found;
    if (condition !== undefined) return CONFLICT;
    const created = await create(client, id, value, signal);
    return typeof created === "object" && created.error === "conflict" ? await put(client, id, value, signal) : created;
  }
  if (!isManaged(found.Tags)) return NOT_OURS;
  if (found.DeletedDate !== undefined) return WAITS_FOR_DELETION;
  if (condition === undefined) return await put(client, id, value, signal);
  return await replace(client, id, value, condition.ifVersion, signal);
}

async function create(client: SecretsClient, Name: string, value: Secret, signal: AbortSignal) {
  if (Name.startsWith("arn:")) return { error: "missing", message: "there is no such secret" } satisfies StoreError;
  const input = { Name, ...payload(value), Tags: [MANAGED] };
  const reply = await client.ask(signal, (sdk, context) => sdk.send(new CreateSecretCommand(input), context));
  if (!("error" in reply)) return versionOf(reply.output.VersionId);
  return reply.awsName === "InvalidRequestException" ? WAITS_FOR_DELETION : reply;
}

async function put(client: SecretsClient, SecretId: string, value: Secret, signal: AbortSignal, stage = CURRENT) {
  const input = { SecretId, ...payload(value), VersionStages: [stage], ClientRequestToken: randomUUID() };
  const reply = await client.ask(signal, (sdk, context) => sdk.send(new PutSecretValueCommand(input), context));
  return "error" in reply ? reply : versionOf(reply.output.VersionId);
}

/**
 * PutSecretValue knows no condition, but moving a stage does: it fails where the stage is not on the version that it is to
 * be taken from. So the new version is put under a stage of its own, and then becomes the newest, or goes.
 */
async function replace(client: SecretsClient, SecretId: string, value: Secret, before: Version, signal: AbortSignal) {
  const known = wantedVersion(before);
  if (!("VersionId" in known))
    return { error: "invalid", message: "a version is uuid/ and an id" } satisfies StoreError;
  const written = await put(client, SecretId, value, signal, PENDING);
  if (typeof written === "object") return written;
  const id = written.slice("uuid/".length);
  const move = (input: { VersionStage: string; MoveToVersionId?: string; RemoveFromVersionId?: string }) =>
    client.ask(signal, (sdk, context) => {
      return sdk.send(new UpdateSecretVersionStageCommand({ SecretId, ...input }), context);
    });
  const moved = await move({ VersionStage: CURRENT, MoveToVersionId: id, RemoveFromVersionId: known.VersionId });
  // A version without stages is AWS's to remove.
  await move({ VersionStage: PENDING, RemoveFromVersionId: id });
  if (!("error" in moved)) return written;
  return moved.error === "invalid" || moved.error === "missing" ? CONFLICT : moved;
}

/** Text where it is text, as people and AWS's own tools expect it. A door. */
function payload(value: Secret): { SecretString: string } | { SecretBinary: Uint8Array } {
  const bytes = value.unwrap();
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? { SecretString: text } : { SecretBinary: Uint8Array.from(bytes) };
}

const CONFLICT: StoreError = { error: "conflict", message: "the secret was changed by somebody else" };
const WAITS_FOR_DELETION: StoreError = {
  error: "conflict",
  message: "the secret is scheduled for deletion: restore it, or wait until it is gone",
};
