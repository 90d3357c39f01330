import { DeleteSecretCommand } from "@aws-sdk/client-secrets-manager";
import type { StoreError } from "../../store.ts";
import { isManaged, NOT_OURS } from "../tags.ts";
import { describeSecret } from "./describe-secret.ts";
import type { SecretsClient } from "./secrets-client.ts";

export interface Removal {
  readonly force: boolean;
  /** AWS's own 30 where undefined. */
  readonly recoveryDays: number | undefined;
}

/** Schedules a secret for deletion, or deletes it at once where the store says so. */
export async function removeSecret(
  client: SecretsClient,
  SecretId: string,
  { force, recoveryDays }: Removal,
  signal: AbortSignal,
): Promise<StoreError | undefined> {
  const found = await describeSecret(client, SecretId, signal);
  if ("error" in found) return found;
  if (found.DeletedDate !== undefined) return { error: "missing", message: "the secret is scheduled for deletion" };
  if (!isManaged(found.Tags)) return NOT_OURS;
  const input = {
    SecretId,
    ...(force ? { ForceDeleteWithoutRecovery: true } : {}),
    ...(recoveryDays === undefined ? {} : { RecoveryWindowInDays: recoveryDays }),
  };
  const reply = await client.ask(signal, (sdk, context) => sdk.send(new DeleteSecretCommand(input), context));
  return "error" in reply ? reply : undefined;
}
