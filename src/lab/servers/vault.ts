import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createCa, issueLeaf } from "../../kernel/crypto/certificates.ts";
import { KustodyError } from "../../kernel/errors.ts";
import { Secret } from "../../kernel/secret/secret.ts";
import { ensureBinaries } from "../binaries/ensure-binaries.ts";
import { onFreePorts } from "../free-ports.ts";
import { probe } from "../https-probe.ts";
import { openServerRun, orEnd, type ServerRun, type ServerStartOptions } from "./server-run.ts";

/** A Vault that runs, unsealed, with nothing mounted but its defaults; what it holds ends with it. */
export interface VaultServer extends AsyncDisposable {
  /** `https://127.0.0.1:port`. */
  readonly url: string;
  /** PEM of the CA to trust. */
  readonly caPem: string;
  /** The same as a file. */
  readonly caFile: string;
  readonly rootToken: Secret;
  /** For tests that seal it. */
  readonly unsealKey: Secret;
  stop(): Promise<void>;
}

const SEALED_OR_NEW = new Set([200, 429, 501, 503]);

/**
 * Starts Vault as a server in production form – TLS, initialised and unsealed through its API – since its development
 * mode prints the root token into the log. Storage is memory.
 *
 * Errors: KST_LAB_…
 *
 * @example
 * await using vault = await startVault();
 */
export async function startVault(options: ServerStartOptions = {}): Promise<VaultServer> {
  const binary = (await ensureBinaries(["vault"], options)).get("vault") ?? "vault";
  const run = await openServerRun("vault", options);
  return await orEnd(run, async () => {
    const ca = await createCa({ commonName: "kustody-lab-vault", days: 30 });
    const caFile = join(run.folder, "ca.crt");
    await writeFile(caFile, ca.certPem);
    const leaf = { commonName: "vault", dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"], days: 30 };
    const { certPem, keyPem } = await issueLeaf(ca, { ...leaf, usages: ["server"] });
    await writeFile(join(run.folder, "tls.crt"), certPem);
    await writeFile(join(run.folder, "tls.key"), keyPem.unwrap(), { mode: 0o600 });

    const url = await onFreePorts(1, ([port = 0]) => startOn(port, binary, ca.certPem, run, options));
    const { rootToken, unsealKey } = await initialise(url, ca.certPem);
    return { url, caPem: ca.certPem, caFile, rootToken, unsealKey, stop: run.end, [Symbol.asyncDispose]: run.end };
  });
}

async function startOn(
  port: number,
  binary: string,
  caPem: string,
  { folder, supervisor }: ServerRun,
  { signal }: ServerStartOptions,
): Promise<string> {
  const url = `https://127.0.0.1:${port}`;
  const listener = {
    address: `127.0.0.1:${port}`,
    tls_cert_file: join(folder, "tls.crt"),
    tls_key_file: join(folder, "tls.key"),
  };
  const config = { storage: { inmem: {} }, listener: [{ tcp: listener }], disable_mlock: true, api_addr: url };
  await writeFile(join(folder, "vault.json"), JSON.stringify(config));
  await supervisor.start(
    {
      name: "vault",
      command: binary,
      args: ["server", `-config=${join(folder, "vault.json")}`, "-log-level=warn"],
      logFile: join(folder, "vault.log"),
      ready: async (limit) =>
        SEALED_OR_NEW.has((await probe(`${url}/v1/sys/health`, { caPem }, { signal: limit })).status),
      quoteLog: true,
    },
    signal,
  );
  return url;
}

/** One key share is enough here. Resolves once Vault is active. */
async function initialise(url: string, caPem: string): Promise<Pick<VaultServer, "rootToken" | "unsealKey">> {
  const shares = { secret_shares: 1, secret_threshold: 1 };
  const { keys_base64, root_token } = (await put(`${url}/v1/sys/init`, caPem, shares)) as {
    keys_base64: [string];
    root_token: string;
  };
  await put(`${url}/v1/sys/unseal`, caPem, { key: keys_base64[0] });
  for (let tries = 0; (await probe(`${url}/v1/sys/health`, { caPem })).status !== 200; tries++) {
    if (tries === 600) throw new KustodyError("KST_LAB_START_FAILED", "vault was unsealed but did not become active");
    await sleep(25);
  }
  return { rootToken: Secret.fromText(root_token), unsealKey: Secret.fromText(keys_base64[0]) };
}

async function put(url: string, caPem: string, json: unknown): Promise<unknown> {
  const { status, body } = await probe(url, { caPem }, { method: "PUT", json });
  // The body may hold keys: it isn't quoted.
  if (status !== 200)
    throw new KustodyError("KST_LAB_START_FAILED", `vault answered ${status} to ${new URL(url).pathname}`);
  return JSON.parse(body) as unknown;
}
