import type { AwsEnvironment } from "../config/aws-environment.ts";
import { KustodyError } from "../errors.ts";
import type { Clock } from "../observe/clock.ts";
import { Secret } from "../secret/secret.ts";
import type { Identity } from "./identity.ts";
import type { ResolvedReference } from "./resolve-reference.ts";
import { dependsOnAsker } from "./resolve-spec.ts";
import type {
  ResolvedCertificate,
  ResolvedCredential,
  ResolvedSpec,
  ResolvedTrust,
  ResolvedVaultAuth,
} from "./resolved-spec.ts";
import type { Store } from "./store.ts";
import type { Credential, VaultAuth } from "./vault/vault-spec.ts";

/** What stores need of the cluster they are configured in. References are resolved ones: nothing else can be asked for. */
export interface StorePorts {
  readonly clock: Clock;
  /** One entry of a Secret; the caller disposes of it. */
  secret(reference: ResolvedReference<"Secret">, signal: AbortSignal): Promise<Secret>;
  configMap(reference: ResolvedReference<"ConfigMap">, signal: AbortSignal): Promise<string>;
  /** A token of a ServiceAccount (TokenRequest); the caller disposes of it. */
  serviceAccountToken(
    reference: ResolvedReference<"ServiceAccount">,
    options: { readonly audiences: readonly string[]; readonly expirationSeconds: number },
    signal: AbortSignal,
  ): Promise<Secret>;
  /** The token of the process's own ServiceAccount; only a ClusterSecretStore may use it. */
  readonly ownToken?: (signal: AbortSignal) => Promise<Secret>;
  /** Annotations of a ServiceAccount, by which EKS says which role it stands for. */
  serviceAccountAnnotations?(
    reference: ResolvedReference<"ServiceAccount">,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, string>>>;
  /** What the operator's own environment says of AWS: its login, which only a ClusterSecretStore may use, and other addresses. */
  readonly aws?: AwsEnvironment;
  /** The local store's file and key, which the configuration gives and no object of the cluster can choose. */
  readonly local?: { readonly file: string; readonly key?: Secret };
}

/**
 * The store of a specification, for an identity. What a provider needs is imported when it is first used.
 *
 * @throws KST_STORE_SPEC, and what the ports throw
 */
export async function openStore(spec: ResolvedSpec, identity: Identity, ports: StorePorts): Promise<Store> {
  if (dependsOnAsker(spec) && identity.namespace === undefined) {
    throw new KustodyError(
      "KST_STORE_SPEC",
      "the store's credentials depend on who asks, and the identity doesn't say who",
    );
  }
  const signal = AbortSignal.timeout(30_000);
  switch (spec.kind) {
    case "fake":
      return (await import("./fake/fake-store.ts")).openFakeStore(spec.fake);
    case "local": {
      if (ports.local === undefined)
        throw new KustodyError("KST_STORE_SPEC", "no local store is configured here", { hint: "set local.file" });
      const store = await (await import("./local/local-store.ts")).openLocalStore({
        ...ports.local,
        clock: ports.clock,
      });
      const { storeInFolder } = await import("./store-in-folder.ts");
      // All stores share one file, so a namespace sees its own folder only.
      return identity.store.namespace === undefined ? store : storeInFolder(store, identity.store.namespace);
    }
    case "aws":
      return await (await import("./aws/open-aws-store.ts")).openAwsStore(spec, identity, ports);
    case "vault": {
      const { openVaultStore } = await import("./vault/vault-store.ts");
      const { server, path, version, namespace, headers, authNamespace, followsIndex, checksAndSets } = spec;
      const caPem = await trustOf(spec.trust, ports, signal);
      const clientCertificate = spec.clientCertificate && (await certificateOf(spec.clientCertificate, ports, signal));
      return openVaultStore(
        {
          server,
          version,
          headers,
          followsIndex,
          checksAndSets,
          auth: vaultAuth(spec.auth, identity, ports),
          ...(path === undefined ? {} : { path }),
          ...(namespace === undefined ? {} : { namespace }),
          ...(authNamespace === undefined ? {} : { authNamespace }),
          ...(caPem === undefined ? {} : { caPem }),
          ...(clientCertificate === undefined ? {} : { clientCertificate }),
        },
        ports.clock,
      );
    }
    case "kubernetes": {
      const [{ createKube }, { openKubernetesStore }, { renewedToken }] = await Promise.all([
        import("../kube/index.ts"),
        import("./kubernetes/kubernetes-store.ts"),
        import("./kubernetes/renewed-token.ts"),
      ]);
      if (!("server" in spec)) {
        const { namespace, name } = spec.auth.kubeconfig;
        using kubeconfig = await ports.secret(spec.auth.kubeconfig, signal);
        const { connectionInSecret } = await import("../kube/config/kubeconfig-in-secret.ts");
        const connection = connectionInSecret(`in Secret ${namespace}/${name}`, kubeconfig);
        return openKubernetesStore(createKube(connection), spec.remoteNamespace);
      }
      const caPem = await trustOf(spec.trust, ports, signal);
      const certificate =
        "certificate" in spec.auth ? await certificateOf(spec.auth.certificate, ports, signal) : undefined;
      const credentials =
        "token" in spec.auth
          ? renewedToken(credential(spec.auth.token, ports), ports.clock)
          : {
              current: async () => (certificate === undefined ? {} : { clientCertificate: certificate }),
              rejected: async () => false,
            };
      const kube = createKube({
        server: spec.server,
        tls: caPem === undefined ? {} : { ca: { pem: caPem, trust: "only" } },
        namespace: spec.remoteNamespace,
        context: undefined,
        credentials,
      });
      return openKubernetesStore(kube, spec.remoteNamespace);
    }
  }
}

function credential(from: ResolvedCredential, ports: StorePorts): Credential {
  if ("serviceAccount" in from) return (signal) => ports.serviceAccountToken(from.serviceAccount, from, signal);
  return (signal) => ports.secret(from, signal);
}

function vaultAuth(auth: ResolvedVaultAuth, identity: Identity, ports: StorePorts): VaultAuth {
  switch (auth.method) {
    case "token":
      return { method: "token", token: credential(auth.token, ports) };
    case "appRole": {
      const { path, roleId, secretId } = auth;
      const id: Credential =
        typeof roleId === "string" ? async () => Secret.fromText(roleId) : credential(roleId, ports);
      return { method: "appRole", path, roleId: id, secretId: credential(secretId, ports) };
    }
    case "userPass":
      return { ...auth, password: credential(auth.password, ports) };
    case "cert":
      return { method: "cert", path: auth.path, ...(auth.role === undefined ? {} : { role: auth.role }) };
    default:
      return { ...auth, jwt: auth.jwt === "own" ? ownToken(identity, ports) : credential(auth.jwt, ports) };
  }
}

/** ESO lets any store log in as the operator when it names no ServiceAccount; here that is left to cluster administrators. */
function ownToken({ store }: Identity, ports: StorePorts): Credential {
  const { ownToken } = ports;
  if (store.namespace === undefined && ownToken !== undefined) return ownToken;
  throw new KustodyError(
    "KST_STORE_SPEC",
    "provider.vault cannot be used: auth.kubernetes names no serviceAccountRef or secretRef",
    {
      hint: "name a ServiceAccount of the store's namespace",
    },
  );
}

async function trustOf(trust: ResolvedTrust, ports: StorePorts, signal: AbortSignal): Promise<string | undefined> {
  if (trust === undefined || typeof trust === "string") return trust;
  if (isKind(trust, "ConfigMap")) return await ports.configMap(trust, signal);
  const { textOfCertificates } = await import("./certificate-text.ts");
  using pem = await ports.secret(trust as ResolvedReference<"Secret">, signal);
  return textOfCertificates(pem);
}

async function certificateOf({ certificate, key }: ResolvedCertificate, ports: StorePorts, signal: AbortSignal) {
  const { textOfCertificates } = await import("./certificate-text.ts");
  using pem = await ports.secret(certificate, signal);
  return { certificatePem: textOfCertificates(pem), keyPem: await ports.secret(key, signal) };
}

function isKind<K extends "Secret" | "ConfigMap">(
  reference: ResolvedReference<"Secret" | "ConfigMap">,
  kind: K,
): reference is ResolvedReference<K> {
  return reference.kind === kind;
}
