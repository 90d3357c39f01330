import { request } from "node:https";
import type { KeyedCertificate } from "../kernel/crypto/certificates.ts";
import type { Secret } from "../kernel/secret/secret.ts";

const BODY_BOUND = 16 * 1024 * 1024;

export interface ProbeIdentity {
  readonly caPem: string;
  readonly certificate?: KeyedCertificate;
}

export interface ProbeReply {
  readonly status: number;
  readonly body: string;
}

export interface ProbeOptions {
  readonly signal?: AbortSignal;
  readonly method?: string;
  readonly json?: unknown;
  /** Sent as a bearer token. */
  readonly token?: Secret;
}

/** One HTTPS request to a server of the lab, without a connection pool that could outlive the server. */
export function probe(url: string, identity: ProbeIdentity, options: ProbeOptions = {}): Promise<ProbeReply> {
  return new Promise((resolve, reject) => {
    const call = request(url, {
      agent: false,
      method: options.method ?? "GET",
      ca: identity.caPem,
      ...(identity.certificate === undefined
        ? {}
        : { cert: identity.certificate.certPem, key: identity.certificate.keyPem.unwrap() }),
      headers: {
        ...(options.json === undefined ? {} : { "content-type": "application/json" }),
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token.unwrap().toString()}` }),
      },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    call.once("error", reject);
    call.once("response", (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > BODY_BOUND) call.destroy(new RangeError("the reply is too large"));
        else chunks.push(chunk);
      });
      response.once("error", reject);
      response.once("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    call.end(options.json === undefined ? undefined : JSON.stringify(options.json));
  });
}

/** A readiness probe: true once `url` answers 200. */
export function answersOk(url: string, identity: ProbeIdentity): (signal: AbortSignal) => Promise<boolean> {
  return async (signal) => (await probe(url, identity, { signal })).status === 200;
}
