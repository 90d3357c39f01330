import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { createCa, issueLeaf } from "../../../crypto/certificates.ts";
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
  const [down, silent] = [new Set<string>(), new Set<string>()];
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
  const origin = createHttpsServer({ cert: leaf.certPem, key: leaf.keyPem.unwrap() }, (request, response) => {
    void answer(request, response);
  });
  const originPort = await listen(origin);
  const sockets = new Set<Socket>();
  // The metadata service speaks plain HTTP, so a proxy is asked for the page itself.
  const proxy = createHttpServer((request, response) => void answer(request, response));
  proxy.on("connect", (request, client: Socket) => {
    const host = (request.url ?? "").replace(/:443$/, "");
    if (down.has(host) || ![LOGIN, VAULT, HSM].some((one) => one === host)) {
      client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
      return;
    }
    client.write("HTTP/1.1 200 OK\r\n\r\n");
    const upstream = connect(originPort, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => sockets.delete(socket));
    }
    client.pipe(upstream).pipe(client);
  });
  const proxyPort = await listen(proxy);
  return {
    entra,
    vault,
    hsm,
    proxyUrl: `http://127.0.0.1:${proxyPort}`,
    caPem: ca.certPem,
    down,
    silent,
    calls,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await Promise.all([origin, proxy].map(close));
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
