import { DescribeParametersCommand, GetParametersByPathCommand, type ParameterStringFilter } from "@aws-sdk/client-ssm";
import type { AwsFailure } from "../aws-client.ts";
import type { SsmClient } from "./ssm-client.ts";

/** A parameter without its value. */
export interface Listed {
  readonly Name?: string | undefined;
  readonly Version?: number | undefined;
}

/** Parameters that pass all filters, fifty a page, without their values. A failure is the last that comes. */
export async function* describeParameters(
  client: SsmClient,
  ParameterFilters: ParameterStringFilter[],
  signal: AbortSignal,
): AsyncGenerator<readonly Listed[] | AwsFailure, void, undefined> {
  let NextToken: string | undefined;
  do {
    const input = { MaxResults: 50, ParameterFilters, ...(NextToken ? { NextToken } : {}) };
    const reply = await client.ask(signal, (sdk, context) => sdk.send(new DescribeParametersCommand(input), context));
    if ("error" in reply) {
      yield reply;
      return;
    }
    yield reply.output.Parameters ?? [];
    ({ NextToken } = reply.output);
  } while (NextToken);
}

/** All below a path, ten a page: for who may not describe. Values that come along are not decrypted, and wiped. */
export async function* parametersByPath(
  client: SsmClient,
  Path: string,
  signal: AbortSignal,
): AsyncGenerator<readonly Listed[] | AwsFailure, void, undefined> {
  let NextToken: string | undefined;
  do {
    const input = { Path, Recursive: true, WithDecryption: false, ...(NextToken ? { NextToken } : {}) };
    const reply = await client.ask(signal, (sdk, context) => sdk.send(new GetParametersByPathCommand(input), context));
    if ("error" in reply) {
      yield reply;
      return;
    }
    for (const value of reply.values) value?.dispose();
    yield reply.output.Parameters ?? [];
    ({ NextToken } = reply.output);
  } while (NextToken);
}
