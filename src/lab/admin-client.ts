import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Secret } from "../kernel/secret/secret.ts";
import type { ControlPlane } from "./control-plane-options.ts";
import { type ProbeIdentity, probe } from "./https-probe.ts";

export interface AdminRequest {
  /** GET without a body, POST with one, unless told. */
  readonly method?: string;
  readonly json?: unknown;
  /** Ask as the holder of this token, without the cluster-admin's certificate. */
  readonly token?: Secret;
  readonly signal?: AbortSignal;
}

export interface AdminReply {
  readonly status: number;
  /** Parsed when it is JSON, the text otherwise (a pod's log is text). */
  readonly body: unknown;
}

/**
 * One request to the API server of a lab, for its own tests and for faults where a client of many talents would hide
 * what happened: no retry, no connection kept. Everything else uses kernel/kube.
 */
export async function adminRequest(
  plane: Pick<ControlPlane, "server" | "caFile" | "dataDir">,
  path: string,
  request: AdminRequest = {},
): Promise<AdminReply> {
  const identity = request.token === undefined ? await adminIdentity(plane) : { caPem: await readPem(plane.caFile) };
  const method = request.method ?? (request.json === undefined ? "GET" : "POST");
  const { status, body } = await probe(`${plane.server}${path}`, identity, { ...request, method });
  try {
    return { status, body: JSON.parse(body) };
  } catch {
    return { status, body };
  }
}

/** The certificate of a lab's cluster-admin. */
export async function adminIdentity(plane: Pick<ControlPlane, "caFile" | "dataDir">): Promise<ProbeIdentity> {
  const pki = join(plane.dataDir, "pki");
  return readIdentity({
    caFile: plane.caFile,
    certFile: join(pki, "admin.crt"),
    keyFile: join(pki, "admin.key"),
  });
}

/** A client certificate on disk, together with the CA to trust. */
export async function readIdentity(files: {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}): Promise<ProbeIdentity> {
  const keyPem = Secret.fromBytes(await readFile(files.keyFile));
  return { caPem: await readPem(files.caFile), certificate: { certPem: await readPem(files.certFile), keyPem } };
}

function readPem(file: string): Promise<string> {
  return readFile(file, "utf8");
}
