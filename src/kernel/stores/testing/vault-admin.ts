import assert from "node:assert/strict";
import type { VaultServer } from "../../../lab/servers/vault.ts";
import { createHttpClient } from "../../http/http-client.ts";
import { Secret } from "../../secret/secret.ts";

/** Sets up a Vault for tests, as its administrator. */
export interface VaultAdmin {
  /** Sends JSON below `/v1/` and returns the reply's JSON; a status that is no success fails the test. */
  call(
    method: "GET" | "POST" | "DELETE",
    path: string,
    json?: unknown,
    namespace?: string,
  ): Promise<Record<string, unknown>>;
  /** A token with just these policies. */
  token(policies: readonly string[], more?: Record<string, unknown>): Promise<Secret>;
  close(): Promise<void>;
}

export function administer(vault: VaultServer): VaultAdmin {
  const client = createHttpClient({ baseUrl: vault.url, tls: { ca: { pem: vault.caPem, trust: "only" } } });
  const call: VaultAdmin["call"] = async (method, path, json) => {
    const body = json === undefined ? {} : { body: JSON.stringify(json) };
    const reply = await client.request({
      method,
      path: `/v1/${path}`,
      headers: { "x-vault-token": vault.rootToken },
      ...body,
    });
    assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.body.toString()}`);
    return reply.body.length === 0 ? {} : (JSON.parse(reply.body.toString()) as Record<string, unknown>);
  };
  return {
    call,
    async token(policies, more = {}) {
      const { auth } = await call("POST", "auth/token/create", { policies, ...more });
      return Secret.fromText((auth as { client_token: string }).client_token);
    },
    close: () => client.close(),
  };
}
