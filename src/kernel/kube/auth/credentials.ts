import type { TlsOptions } from "../../http/http-types.ts";
import type { Secret } from "../../secret/secret.ts";

/** How a request proves who sends it: a bearer token, a client certificate, both or neither. */
export interface Credentials {
  readonly token?: Secret;
  readonly clientCertificate?: NonNullable<TlsOptions["clientCertificate"]>;
}

/** Where credentials come from, which may change while the process runs. */
export interface CredentialSource {
  /** What to use now. Cheap when nothing expired: it is asked before each request. */
  current(): Promise<Credentials>;
  /** The server answered 401 to `used`: get others. False when that is no use, since they cannot change. */
  rejected(used: Credentials): Promise<boolean>;
}

/** Credentials that never change. */
export function fixedCredentials(credentials: Credentials): CredentialSource {
  return { current: () => Promise.resolve(credentials), rejected: () => Promise.resolve(false) };
}
