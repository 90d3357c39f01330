import { GetSecretValueCommand, ListSecretVersionIdsCommand } from "@aws-sdk/client-secrets-manager";
import { KustodyError } from "../../../errors.ts";
import type { Clock } from "../../../observe/clock.ts";
import { namePattern } from "../../name-pattern.ts";
import type { Query, Ref, Store, StoreError } from "../../store.ts";
import { hasTags } from "../tags.ts";
import { BATCH } from "./fetch-values.ts";
import { listSecrets, nameFilter } from "./list-secrets.ts";
import { SecretReader } from "./read-secrets.ts";
import { type Removal, removeSecret } from "./remove-secret.ts";
import { secretId, versionOf } from "./secret-names.ts";
import type { SecretsClient } from "./secrets-client.ts";
import { SHARED_MILLIS } from "./version-sweep.ts";
import { writeSecret } from "./write-secret.ts";

/**
 * AWS Secrets Manager as an identity sees it. A key is a secret's name, or its ARN, without the store's prefix; a version is
 * `uuid/` and AWS's id, or a stage. Only secrets that carry External Secrets Operator's tag are written over and removed.
 * Closes `client`.
 */
export function openSecretsManagerStore(
  client: SecretsClient,
  { prefix, removal }: { readonly prefix: string; readonly removal: Removal },
  clock: Clock,
): Store {
  const reader = new SecretReader(client, prefix, clock);

  async function* find({ path, name, tags }: Query, signal: AbortSignal): AsyncGenerator<Ref, void, undefined> {
    const matches = namePattern(name ?? "");
    const beginning = prefix + (path ?? "");
    for await (const page of listSecrets(client, nameFilter(beginning), signal)) {
      if ("error" in page) throw listingFailed(page);
      for (const { Name = "", Tags } of page) {
        const key = Name.slice(prefix.length);
        if (Name.startsWith(beginning) && matches(key) && hasTags(Tags, tags ?? {})) yield { key };
      }
    }
  }

  return {
    batchSize: BATCH,
    lagMillis: SHARED_MILLIS,
    async read(refs, known, signal) {
      signal.throwIfAborted();
      return await reader.read(refs, known, signal);
    },
    async validate(signal) {
      // Any answer about a key shows that the login counts, whatever it may read.
      const probe = { SecretId: `${prefix}kustody-validates-this-store` };
      const reply = await client.ask(signal, (sdk, context) => sdk.send(new GetSecretValueCommand(probe), context));
      if (!("error" in reply)) {
        for (const value of reply.values) value?.dispose();
        return undefined;
      }
      return reply.error === "missing" || reply.error === "denied" ? undefined : reply;
    },
    find,
    async write(ref, value, condition, signal) {
      const id = secretId(prefix, ref.key);
      return typeof id === "object" ? id : await writeSecret(client, id, value, condition, signal);
    },
    async remove(ref, signal) {
      const id = secretId(prefix, ref.key);
      return typeof id === "object" ? id : await removeSecret(client, id, removal, signal);
    },
    async *versions(key, signal) {
      const SecretId = secretId(prefix, key);
      if (typeof SecretId === "object") return;
      let NextToken: string | undefined;
      do {
        const input = { SecretId, MaxResults: 100, ...(NextToken === undefined ? {} : { NextToken }) };
        const reply = await client.ask(signal, (sdk, context) => {
          return sdk.send(new ListSecretVersionIdsCommand(input), context);
        });
        if ("error" in reply) return;
        for (const { VersionId } of reply.output.Versions ?? []) yield versionOf(VersionId);
        ({ NextToken } = reply.output);
      } while (NextToken);
    },
    close: () => client.close(),
  };
}

function listingFailed({ error, message }: StoreError): KustodyError {
  return new KustodyError("KST_STORE_FAILED", `cannot list secrets of Secrets Manager: ${message}`, {
    hint: "the identity needs secretsmanager:ListSecrets",
    retry: error === "denied" ? "never" : "backoff",
  });
}
