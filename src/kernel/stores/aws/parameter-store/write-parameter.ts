import { DeleteParameterCommand, PutParameterCommand } from "@aws-sdk/client-ssm";
import type { Secret } from "../../../secret/secret.ts";
import type { StoreError, Version, WriteCondition } from "../../store.ts";
import { isManaged, MANAGED, NOT_OURS } from "../tags.ts";
import { parameterTags } from "./parameter-tags.ts";
import type { SsmClient } from "./ssm-client.ts";

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html */
const LARGEST_STANDARD = 4_096;
const LARGEST = 8_192;

/**
 * Writes the newest version, and makes the parameter where there is none: a SecureString under AWS's own key, advanced where
 * it is too large for a standard one. The service can only be asked to write what is absent, not to replace a version.
 */
export async function writeParameter(
  client: SsmClient,
  name: string,
  value: Secret,
  condition: WriteCondition | undefined,
  signal: AbortSignal,
): Promise<Version | StoreError> {
  const text = textOf(value);
  if (text === undefined) return { error: "invalid", message: "Parameter Store keeps text, and none that is empty" };
  if (value.size > LARGEST) return { error: "invalid", message: `Parameter Store keeps ${LARGEST} bytes at most` };
  if (condition !== undefined && "ifVersion" in condition)
    return { error: "invalid", message: "Parameter Store cannot replace a version that is named" };
  const put = async (Overwrite: boolean) => {
    const Tier = value.size > LARGEST_STANDARD ? ("Advanced" as const) : undefined;
    // Tags can be given at the making alone.
    const mark = Overwrite ? {} : { Tags: [MANAGED] };
    const input = { Name: name, Value: text, Type: "SecureString" as const, Overwrite, ...mark, ...(Tier && { Tier }) };
    const reply = await client.ask(signal, (sdk, context) => sdk.send(new PutParameterCommand(input), context));
    return "error" in reply ? reply : String(reply.output.Version ?? "");
  };
  if (condition !== undefined) return await put(false);
  const tags = await parameterTags(client, name, signal);
  if (!("error" in tags)) return isManaged(tags) ? await put(true) : NOT_OURS;
  return tags.error === "missing" ? await put(false) : tags;
}

export async function removeParameter(
  client: SsmClient,
  Name: string,
  signal: AbortSignal,
): Promise<StoreError | undefined> {
  const tags = await parameterTags(client, Name, signal);
  if ("error" in tags) return tags;
  if (!isManaged(tags)) return NOT_OURS;
  const reply = await client.ask(signal, (sdk, context) => sdk.send(new DeleteParameterCommand({ Name }), context));
  return "error" in reply ? reply : undefined;
}

/** A door: AWS is to keep it. */
function textOf(value: Secret): string | undefined {
  const bytes = value.unwrap();
  const text = bytes.toString("utf8");
  return bytes.length > 0 && Buffer.from(text).equals(bytes) ? text : undefined;
}
