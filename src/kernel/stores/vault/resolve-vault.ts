import { z } from "zod";
import { KustodyError } from "../../errors.ts";
import { decodeCaBundle } from "../ca-bundle.ts";
import { connectionTrust, secretSelector, serviceAccountSelector } from "../provider-selectors.ts";
import { type ReferenceScope, resolveReference } from "../resolve-reference.ts";
import type { ResolvedSpec, ResolvedVaultAuth } from "../resolved-spec.ts";

const vaultProvider = z.looseObject({
  server: z.string().min(1),
  path: z.string().optional(),
  version: z.enum(["v1", "v2"]).default("v2"),
  namespace: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  ...connectionTrust,
  tls: z.object({ certSecretRef: secretSelector.optional(), keySecretRef: secretSelector.optional() }).optional(),
  auth: z.looseObject({
    namespace: z.string().optional(),
    tokenSecretRef: secretSelector.optional(),
    appRole: z
      .object({
        path: z.string().default("approle"),
        roleId: z.string().optional(),
        roleRef: secretSelector.optional(),
        secretRef: secretSelector,
      })
      .optional(),
    kubernetes: z
      .object({
        mountPath: z.string().default("kubernetes"),
        role: z.string(),
        serviceAccountRef: serviceAccountSelector.optional(),
        secretRef: secretSelector.optional(),
      })
      .optional(),
    jwt: z
      .object({
        path: z.string().default("jwt"),
        role: z.string().default(""),
        secretRef: secretSelector.optional(),
        kubernetesServiceAccountToken: z
          .object({
            serviceAccountRef: serviceAccountSelector,
            audiences: z.array(z.string()).optional(),
            expirationSeconds: z.number().optional(),
          })
          .optional(),
      })
      .optional(),
    userPass: z
      .object({ path: z.string().default("userpass"), username: z.string(), secretRef: secretSelector })
      .optional(),
    cert: z
      .object({
        path: z.string().default("cert"),
        vaultRole: z.string().optional(),
        clientCert: secretSelector,
        secretRef: secretSelector,
      })
      .optional(),
  }),
});

const NOT_YET = ["ldap", "iam", "gcp"];

type Auth = z.output<typeof vaultProvider>["auth"];

/** `provider.vault` with its references resolved. Pure. @throws KST_STORE_SPEC, KST_REFERENCE_FOREIGN */
export function resolveVault(provider: unknown, scope: ReferenceScope): ResolvedSpec {
  const parsed = vaultProvider.safeParse(provider);
  if (!parsed.success)
    throw wrong(
      parsed.error.issues
        .map(({ path, message }) => `${path.join(".")}: ${message}`)
        .join("; ")
        .slice(0, 500),
    );
  const { server, path, version, namespace, headers = {}, caBundle, caProvider, tls, auth } = parsed.data;
  const secret = (selector: z.output<typeof secretSelector>) => resolveReference("Secret", selector, scope);
  const certificate = auth.cert ?? { clientCert: tls?.certSecretRef, secretRef: tls?.keySecretRef };
  return {
    kind: "vault",
    server,
    path,
    version,
    namespace,
    headers,
    trust:
      caBundle === undefined
        ? caProvider && resolveReference(caProvider.type, caProvider, scope)
        : decodeCaBundle(caBundle),
    clientCertificate:
      certificate.clientCert === undefined || certificate.secretRef === undefined
        ? undefined
        : { certificate: secret(certificate.clientCert), key: secret(certificate.secretRef) },
    auth: resolveAuth(auth, scope),
    authNamespace: auth.namespace,
  };
}

function resolveAuth(auth: Auth, scope: ReferenceScope): ResolvedVaultAuth {
  const missing = NOT_YET.find((method) => auth[method] !== undefined);
  if (missing !== undefined) throw wrong(`auth.${missing} is not supported yet`);
  const secret = (selector: z.output<typeof secretSelector>, key?: string) =>
    resolveReference("Secret", { ...selector, key: selector.key || key }, scope);
  const account = (
    selector: z.output<typeof serviceAccountSelector>,
    audiences: readonly string[] | undefined,
    seconds = 600,
  ) => ({
    serviceAccount: resolveReference("ServiceAccount", selector, scope),
    audiences: [...(audiences ?? []), ...(selector.audiences ?? [])],
    expirationSeconds: seconds,
  });
  const { tokenSecretRef, appRole, kubernetes, jwt, userPass, cert } = auth;
  if (tokenSecretRef !== undefined) return { method: "token", token: secret(tokenSecretRef, "token") };
  if (appRole !== undefined) {
    const { path, roleId, roleRef, secretRef } = appRole;
    const id = roleRef === undefined ? roleId : secret(roleRef);
    if (id === undefined) throw wrong("auth.appRole needs roleId or roleRef");
    return { method: "appRole", path, roleId: id, secretId: secret(secretRef) };
  }
  if (kubernetes !== undefined) {
    const { mountPath, role, serviceAccountRef, secretRef } = kubernetes;
    const given = secretRef === undefined ? "own" : secret(secretRef, "token");
    return {
      method: "kubernetes",
      path: mountPath,
      role,
      jwt: serviceAccountRef === undefined ? given : account(serviceAccountRef, undefined),
    };
  }
  if (jwt !== undefined) {
    const { path, role, secretRef, kubernetesServiceAccountToken: token } = jwt;
    if (secretRef !== undefined) return { method: "jwt", path, role, jwt: secret(secretRef) };
    if (token === undefined) throw wrong("auth.jwt needs secretRef or kubernetesServiceAccountToken");
    return {
      method: "jwt",
      path,
      role,
      jwt: account(token.serviceAccountRef, token.audiences ?? ["vault"], token.expirationSeconds),
    };
  }
  if (userPass !== undefined)
    return {
      method: "userPass",
      path: userPass.path,
      username: userPass.username,
      password: secret(userPass.secretRef),
    };
  if (cert !== undefined) return { method: "cert", path: cert.path, role: cert.vaultRole };
  throw wrong("auth names no way to log in");
}

function wrong(why: string): KustodyError {
  return new KustodyError("KST_STORE_SPEC", `provider.vault cannot be used: ${why}`, {
    hint: "correct the store object",
  });
}
