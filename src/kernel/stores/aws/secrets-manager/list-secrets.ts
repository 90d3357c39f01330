import { type Filter, ListSecretsCommand, type SecretListEntry } from "@aws-sdk/client-secrets-manager";
import type { AwsFailure } from "../aws-client.ts";
import type { SecretsClient } from "./secrets-client.ts";

/** The account's secrets, a hundred a page. A failure is the last that comes. */
export async function* listSecrets(
  client: SecretsClient,
  Filters: Filter[],
  signal: AbortSignal,
): AsyncGenerator<readonly SecretListEntry[] | AwsFailure, void, undefined> {
  let NextToken: string | undefined;
  do {
    const input = { MaxResults: 100, Filters, ...(NextToken === undefined ? {} : { NextToken }) };
    const reply = await client.ask(signal, (sdk, context) => sdk.send(new ListSecretsCommand(input), context));
    if ("error" in reply) {
      yield reply;
      return;
    }
    yield reply.output.SecretList ?? [];
    ({ NextToken } = reply.output);
  } while (NextToken);
}

/** Names that begin so. AWS takes a leading exclamation mark for "not", and splits no other text. */
export function nameFilter(beginning: string): Filter[] {
  return beginning === "" || beginning.startsWith("!") ? [] : [{ Key: "name", Values: [beginning] }];
}
