import type { ProxyOptions, TlsOptions } from "../../http/http-types.ts";
import type { CredentialSource } from "../auth/credentials.ts";

/** Everything that is needed to talk to one API server. */
export interface Connection {
  /** `https://10.0.0.1:6443`, perhaps with a path. */
  readonly server: string;
  /** Without the client certificate, which `credentials` gives. */
  readonly tls: TlsOptions;
  readonly proxy?: ProxyOptions;
  /** Where commands look when no namespace is named. */
  readonly namespace: string;
  /** The kubeconfig's context; undefined inside a cluster. */
  readonly context: string | undefined;
  readonly credentials: CredentialSource;
}
