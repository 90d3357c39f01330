import { GetParameterCommand, GetParameterHistoryCommand, type ParameterStringFilter } from "@aws-sdk/client-ssm";
import { KustodyError } from "../../../errors.ts";
import type { Clock } from "../../../observe/clock.ts";
import { namePattern } from "../../name-pattern.ts";
import type { Query, Ref, Store, StoreError } from "../../store.ts";
import { describeParameters, parametersByPath } from "./list-parameters.ts";
import { parameterName } from "./parameter-names.ts";
import { COMPARED, ParameterReader } from "./read-parameters.ts";
import type { SsmClient } from "./ssm-client.ts";
import { removeParameter, writeParameter } from "./write-parameter.ts";

/**
 * AWS Systems Manager Parameter Store as an identity sees it. A key is a parameter's name without the store's prefix, or the
 * ARN of a shared one; a version is a number or a label. Only parameters that carry External Secrets Operator's tag are
 * written over and removed. Closes `client`.
 */
export function openParameterStore(client: SsmClient, prefix: string, clock: Clock): Store {
  const reader = new ParameterReader(client, prefix, clock);

  async function* find({ path, name, tags }: Query, signal: AbortSignal): AsyncGenerator<Ref, void, undefined> {
    const matches = namePattern(name ?? "");
    const beginning = path === undefined ? prefix : `${prefix}${path.replace(/\/+$/, "")}/`;
    for await (const page of pages(beginning, tags ?? {}, signal)) {
      if ("error" in page) throw listingFailed(page);
      for (const { Name = "" } of page) {
        const key = Name.slice(prefix.length);
        if (Name.startsWith(beginning) && matches(key)) yield { key };
      }
    }
  }

  /** Described, or where that is not allowed and no tags are asked for, taken from the path. */
  async function* pages(beginning: string, tags: Readonly<Record<string, string>>, signal: AbortSignal) {
    const filters: ParameterStringFilter[] = Object.entries(tags).map(([key, value]) => {
      return { Key: `tag:${key}`, Option: "Equals", Values: [value] };
    });
    if (beginning !== "") filters.push({ Key: "Name", Option: "BeginsWith", Values: [beginning] });
    for await (const page of describeParameters(client, filters, signal)) {
      if (!("error" in page && page.error === "denied" && filters.length === (beginning === "" ? 0 : 1))) yield page;
      else yield* parametersByPath(client, folderOf(beginning), signal);
    }
  }

  return {
    batchSize: COMPARED,
    async read(refs, known, signal) {
      signal.throwIfAborted();
      return await reader.read(refs, known, signal);
    },
    async validate(signal) {
      // Any answer about a key shows that the login counts, whatever it may read.
      const probe = { Name: `${prefix}kustody-validates-this-store` };
      const reply = await client.ask(signal, (sdk, context) => sdk.send(new GetParameterCommand(probe), context));
      if (!("error" in reply)) {
        for (const value of reply.values) value?.dispose();
        return undefined;
      }
      return reply.error === "missing" || reply.error === "denied" ? undefined : reply;
    },
    find,
    async write(ref, value, condition, signal) {
      const parameter = parameterName(prefix, ref.key);
      if ("error" in parameter) return parameter;
      if (parameter.selector !== undefined) return NO_VERSION;
      return await writeParameter(client, parameter.name, value, condition, signal);
    },
    async remove(ref, signal) {
      const parameter = parameterName(prefix, ref.key);
      if ("error" in parameter) return parameter;
      return parameter.selector === undefined ? await removeParameter(client, parameter.name, signal) : NO_VERSION;
    },
    async *versions(key, signal) {
      const parameter = parameterName(prefix, key);
      if ("error" in parameter) return;
      // AWS keeps a hundred, and tells the oldest first.
      const versions: number[] = [];
      let NextToken: string | undefined;
      do {
        const input = { Name: parameter.name, MaxResults: 50, ...(NextToken ? { NextToken } : {}) };
        const reply = await client.ask(signal, (sdk, context) => {
          return sdk.send(new GetParameterHistoryCommand(input), context);
        });
        if ("error" in reply) return;
        for (const value of reply.values) value?.dispose();
        for (const { Version } of reply.output.Parameters ?? []) if (Version !== undefined) versions.push(Version);
        ({ NextToken } = reply.output);
      } while (NextToken);
      yield* versions.toReversed().map(String);
    },
    close: () => client.close(),
  };
}

/** The folder that holds all names that begin so. */
function folderOf(beginning: string): string {
  const folder = beginning.slice(0, beginning.lastIndexOf("/") + 1).replace(/(?<=.)\/+$/, "");
  return folder.startsWith("/") ? folder : "/";
}

const NO_VERSION: StoreError = { error: "invalid", message: "only the newest version of a parameter can be written" };

function listingFailed({ error, message }: StoreError): KustodyError {
  return new KustodyError("KST_STORE_FAILED", `cannot list parameters of Parameter Store: ${message}`, {
    hint: "the identity needs ssm:DescribeParameters, or ssm:GetParametersByPath on the path",
    retry: error === "denied" ? "never" : "backoff",
  });
}
