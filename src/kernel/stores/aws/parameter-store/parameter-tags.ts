import { ListTagsForResourceCommand } from "@aws-sdk/client-ssm";
import type { AwsFailure } from "../aws-client.ts";
import type { Tag } from "../tags.ts";
import type { SsmClient } from "./ssm-client.ts";

/** The tags of a parameter; `missing` where there is none. */
export async function parameterTags(
  client: SsmClient,
  ResourceId: string,
  signal: AbortSignal,
): Promise<readonly Tag[] | AwsFailure> {
  const input = { ResourceType: "Parameter" as const, ResourceId };
  const reply = await client.ask(signal, (sdk, context) => sdk.send(new ListTagsForResourceCommand(input), context));
  if (!("error" in reply)) return reply.output.TagList ?? [];
  return reply.awsName === "InvalidResourceId" ? { ...reply, error: "missing" } : reply;
}
