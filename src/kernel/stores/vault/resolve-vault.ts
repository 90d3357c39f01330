import { z } from "zod";
import { decodeCaBundle } from "../ca-bundle.ts";
import { connectionTrust, secretSelector } from "../provider-selectors.ts";
import { type ReferenceScope, resolveReference } from "../resolve-reference.ts";
import type { ResolvedCertificate, ResolvedSpec } from "../resolved-spec.ts";
import { authMethods, resolveVaultAuth, vaultAuth, wrongVault } from "./resolve-vault-auth.ts";

const vaultProvider = z.looseObject({
  server: z.string().min(1),
  path: z.string().optional(),
  version: z.enum(["v1", "v2"]).default("v2"),
  namespace: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  ...connectionTrust,
  tls: z.object({ certSecretRef: secretSelector.optional(), keySecretRef: secretSelector.optional() }).optional(),
  readYourWrites: z.boolean().default(false),
  forwardInconsistent: z.boolean().default(false),
  checkAndSet: z.object({ required: z.boolean().default(false) }).optional(),
  auth: vaultAuth,
});
type Provider = z.output<typeof vaultProvider>;

/** `provider.vault` with its references resolved. Pure. @throws KST_STORE_SPEC, KST_REFERENCE_FOREIGN */
export function resolveVault(provider: unknown, scope: ReferenceScope): ResolvedSpec {
  const parsed = vaultProvider.safeParse(provider);
  if (!parsed.success)
    throw wrongVault(
      parsed.error.issues
        .map(({ path, message }) => `${path.join(".")}: ${message}`)
        .join("; ")
        .slice(0, 500),
    );
  const { server, path, version, namespace, headers = {}, caBundle, caProvider, auth } = parsed.data;
  const { readYourWrites, forwardInconsistent, checkAndSet } = parsed.data;
  return {
    kind: "vault",
    server,
    path,
    version,
    namespace,
    // Upstream sends it only where both are set; either alone makes it follow the index.
    headers:
      readYourWrites && forwardInconsistent ? { ...headers, "X-Vault-Inconsistent": "forward-active-node" } : headers,
    followsIndex: readYourWrites || forwardInconsistent,
    checksAndSets: checkAndSet?.required === true && version === "v2",
    trust: caBundle ? decodeCaBundle(caBundle) : caProvider && resolveReference(caProvider.type, caProvider, scope),
    clientCertificate: resolveCertificate(parsed.data, scope),
    auth: resolveVaultAuth(auth, scope),
    authNamespace: auth.namespace,
    unused: unusedFields(parsed.data),
  };
}

function resolveCertificate({ tls, auth }: Provider, scope: ReferenceScope): ResolvedCertificate | undefined {
  const isLogin = authMethods(auth)[0] === "cert";
  const certificate = isLogin ? auth.cert?.clientCert : tls?.certSecretRef;
  const key = isLogin ? auth.cert?.secretRef : tls?.keySecretRef;
  if (certificate === undefined || key === undefined) return undefined;
  const entry = (selector: typeof key, usual: string) =>
    resolveReference("Secret", { ...selector, key: selector.key || (isLogin ? undefined : usual) }, scope);
  return { certificate: entry(certificate, "tls.crt"), key: entry(key, "tls.key") };
}

/** What is set and has no effect, neither here nor in External Secrets Operator, whose webhook refuses some of it. */
function unusedFields({ auth, tls, caBundle, caProvider, checkAndSet, version }: Provider): readonly string[] {
  const [used, ...others] = authMethods(auth);
  const unused = others.map((method) => `auth.${method} (auth.${used} comes first)`);
  if ((tls?.certSecretRef === undefined) !== (tls?.keySecretRef === undefined)) {
    unused.push("tls (it needs both certSecretRef and keySecretRef)");
  }
  if (caBundle && caProvider !== undefined) unused.push("caProvider (caBundle comes first)");
  if (checkAndSet?.required === true && version === "v1") unused.push("checkAndSet (kv version 1 does not have it)");
  return unused;
}
