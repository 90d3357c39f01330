import { KustodyError } from "../../errors.ts";
import { Secret } from "../../secret/secret.ts";
import { objectPath } from "../api/paths.ts";
import type { Kube } from "../kube.ts";
import { findStrings } from "../object/find-strings.ts";
import { ServiceAccounts } from "../object/resources.ts";

export interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Who is to accept the token; the API server's own audience if empty. */
  readonly audiences: readonly string[];
  /** At least 600, the API's minimum. */
  readonly expirationSeconds?: number;
  /** The token dies with this object. */
  readonly boundTo?: { readonly kind: "Pod" | "Secret"; readonly name: string; readonly uid: string };
}

export interface BoundToken {
  readonly token: Secret;
  /** Milliseconds since the epoch; the server may choose another time than was asked for. */
  readonly expires: number;
}

/** A token for a service account (TokenRequest). Needs `create` on `serviceaccounts/token`. */
export async function requestToken(kube: Kube, request: TokenRequest, signal?: AbortSignal): Promise<BoundToken> {
  const { namespace, serviceAccount, audiences, expirationSeconds, boundTo } = request;
  const boundObjectRef = boundTo === undefined ? undefined : { apiVersion: "v1", ...boundTo };
  const { body } = await kube.transport.request({
    what: `request a token of serviceaccounts ${namespace}/${serviceAccount}`,
    method: "POST",
    path: `${objectPath(ServiceAccounts, namespace, serviceAccount)}/token`,
    contentType: "application/json",
    body: JSON.stringify({
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenRequest",
      spec: { audiences, expirationSeconds, boundObjectRef },
    }),
    secretive: true,
    signal,
  });
  const strings = [...findStrings(body, (path) => path.length === 2 && path[0] === "status")];
  const at = (name: string) => strings.find(({ path }) => path[1] === name);
  const token = at("token");
  const expires = at("expirationTimestamp");
  if (token === undefined || expires === undefined) {
    throw new KustodyError(
      "KST_KUBE_REPLY",
      `the API server's TokenRequest for ${namespace}/${serviceAccount} holds no token`,
    );
  }
  // A token is a JWT: its characters need no JSON escapes, so the bytes are the token.
  const secret = Secret.fromBytes(Buffer.from(body.subarray(token.start, token.end)));
  const time = Date.parse(body.toString("latin1", expires.start, expires.end));
  body.fill(0);
  return { token: secret, expires: time };
}
