import type { Secret } from "../../secret/secret.ts";

/** Fetches a credential anew at every login, since it may have been rotated; the caller disposes of it. */
export type Credential = (signal: AbortSignal) => Promise<Secret>;

/** How an identity logs in. Paths are those of the auth mounts, without `auth/`. */
export type VaultAuth =
  | { readonly method: "token"; readonly token: Credential }
  | { readonly method: "appRole"; readonly path: string; readonly roleId: Credential; readonly secretId: Credential }
  | { readonly method: "kubernetes" | "jwt"; readonly path: string; readonly role: string; readonly jwt: Credential }
  | { readonly method: "userPass"; readonly path: string; readonly username: string; readonly password: Credential }
  /** With the client certificate of the connection. */
  | { readonly method: "cert"; readonly path: string; readonly role?: string };

/** A Vault or OpenBao with everything resolved: what references pointed to is in here. */
export interface VaultSpec {
  /** `https://vault.example:8200`. */
  readonly server: string;
  /** The kv engine's mount; without it, keys begin with their mount. */
  readonly path?: string;
  readonly version: "v1" | "v2";
  readonly namespace?: string;
  /** PEM; the system's authorities where absent. */
  readonly caPem?: string;
  readonly clientCertificate?: { readonly certificatePem: string; readonly keyPem: Secret };
  readonly headers?: Readonly<Record<string, string>>;
  readonly auth: VaultAuth;
  /** Where to log in, if not in `namespace`. */
  readonly authNamespace?: string;
  /** Sends the newest `X-Vault-Index` along, so that a standby that lags behind doesn't answer with what was before. */
  readonly followsIndex?: boolean;
  /** A write without a condition says which version it replaces: for engines that require it. */
  readonly checksAndSets?: boolean;
}
