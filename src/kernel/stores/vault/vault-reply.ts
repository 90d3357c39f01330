import type { HttpResponse } from "../../http/http-types.ts";
import { parseRetryAfter } from "../../http/retry-after.ts";
import { Secret } from "../../secret/secret.ts";
import type { StoreError, StoreErrorReason } from "../store.ts";
import { writeGoJson } from "../value/go-json.ts";
import { type JsonNode, parseJson, rawOf, unescapeJson } from "../value/json-node.ts";

/** Vault's statuses (https://developer.hashicorp.com/vault/api-docs#http-status-codes); 472 and 473 are standbys. */
const REASONS: Readonly<Record<number, StoreErrorReason>> = {
  400: "invalid",
  403: "denied",
  404: "missing",
  405: "invalid",
  429: "throttled",
  472: "sealed",
  473: "sealed",
  503: "sealed",
};

export const isSuccess = (reply: HttpResponse): boolean => reply.status >= 200 && reply.status < 300;

/** What a reply that is no success means. Vault's own words are kept; they name paths and policies, never values. */
export function vaultError(reply: HttpResponse, now: number): StoreError {
  const words = parseJson(reply.body)?.members.find(({ name }) => name === "errors")?.value.items ?? [];
  const said = words.filter(({ kind }) => kind === "string").map((word) => unescapeJson(rawOf(word)).toString());
  const retryAfterMillis = parseRetryAfter(reply.headers["retry-after"], now);
  return {
    error: REASONS[reply.status] ?? "unavailable",
    message: `Vault answered ${reply.status}${said.length === 0 ? "" : `: ${said.join("; ").replace(/\s+/g, " ").slice(0, 300)}`}`,
    ...(retryAfterMillis === undefined ? {} : { retryAfterMillis }),
  };
}

/** A reply's JSON as places in its bytes; `wipe` when done with it. */
export function replyJson(reply: HttpResponse): JsonNode | undefined {
  return parseJson(reply.body);
}

/** The member at the end of a chain of names. */
export function at(node: JsonNode | undefined, ...names: string[]): JsonNode | undefined {
  return names.reduce<JsonNode | undefined>(
    (from, name) => from?.members.findLast((one) => one.name === name)?.value,
    node,
  );
}

/** A number or plain text that is no secret: a version, a duration, a flag. */
export function plain(node: JsonNode | undefined): string | undefined {
  if (node === undefined || node.kind === "null") return undefined;
  return node.kind === "string" ? unescapeJson(rawOf(node)).toString() : rawOf(node).toString("latin1");
}

/** A secret text. */
export function secretText(node: JsonNode | undefined): Secret | undefined {
  return node?.kind === "string" ? Secret.fromBytes(unescapeJson(rawOf(node))) : undefined;
}

/** A secret object as ESO hands it on: names sorted, `<>&` escaped, numbers as Vault wrote them. */
export function secretObject(node: JsonNode | undefined): Secret | undefined {
  if (node?.kind !== "object") return undefined;
  return Secret.fromBytes(writeGoJson(node, { escapeHtml: true, numbers: "text" }));
}

/** Overwrites a reply whose values have been taken out. */
export function wipe(reply: HttpResponse): void {
  reply.body.fill(0);
}
