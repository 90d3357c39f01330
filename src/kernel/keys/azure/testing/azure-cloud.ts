import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { createCa, issueLeaf } from "../../../crypto/certificates.ts";
import { closeServer, listen, startNamedHosts } from "../../testing/named-hosts.ts";
import { EntraServer } from "./entra-server.ts";
import { KeyVaultServer } from "./key-vault-server.ts";

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Entra ID, a Key Vault, a Managed HSM and a machine's metadata service, under their own names behind a proxy. */
export interface AzureCloud {
  readonly entra: EntraServer;
  readonly vault: KeyVaultServer;
  readonly hsm: KeyVaultServer;
  /** What makes Azure's clients go there; a process that is started with it trusts `NODE_EXTRA_CA_CERTS` too. */
  readonly proxyUrl: string;
  readonly caPem: string;
  /** Hosts that nobody answers for now. */
  readonly down: Set<string>;
  /** Hosts that take calls and don't answer for now. */
  readonly silent: Set<string>;
  /** Every call as `METHOD https://host/path`, in order. */
  readonly calls: string[];
  stop(): Promise<void>;
}

const [LOGIN, VAULT, HSM] = ["login.microsoftonline.com", "lab.vault.azure.net", "lab.managedhsm.azure.net"] as const;
const METADATA = "169.254.169.254";

export async function startAzureCloud(): Promise<AzureCloud> {
  const entra = new EntraServer();
  const vault = new KeyVaultServer({ host: VAULT, audience: "https://vault.azure.net", entra });
  const hsm = new KeyVaultServer({ host: HSM, audience: "https://managedhsm.azure.net", entra });
  const calls: string[] = [];
  const silent = new Set<string>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const host = request.headers.host ?? "";
    const url = new URL(request.url ?? "/", `https://${host}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const call = {
      method: request.method ?? "",
      url,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    calls.push(`${call.method} ${url.protocol}//${url.host}${url.pathname}`);
    if (silent.has(url.hostname)) return;
    const servers: Record<string, (call: Call) => Reply> = {
      [LOGIN]: (one) => entra.answer(one),
      [METADATA]: (one) => entra.answerMetadata(one),
      [VAULT]: (one) => vault.answer(one),
      [HSM]: (one) => hsm.answer(one),
    };
    const reply = servers[url.hostname]?.(call) ?? { status: 421 };
    response.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
    response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
  };

  const ca = await createCa({ commonName: "cloud", days: 2 });
  const leaf = await issueLeaf(ca, { commonName: "cloud", dnsNames: [LOGIN, VAULT, HSM], days: 1, usages: ["server"] });
  const origin = createServer({ cert: leaf.certPem, key: leaf.keyPem.unwrap() }, (request, response) => {
    void answer(request, response);
  });
  const port = await listen(origin);
  // The metadata service speaks plain HTTP, so the proxy is asked for the page itself.
  const named = await startNamedHosts({ [LOGIN]: port, [VAULT]: port, [HSM]: port }, (request, response) => {
    void answer(request, response);
  });
  return {
    entra,
    vault,
    hsm,
    proxyUrl: named.proxyUrl,
    caPem: ca.certPem,
    down: named.down,
    silent,
    calls,
    async stop() {
      await named.stop();
      await closeServer(origin);
    },
  };
}
