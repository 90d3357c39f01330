import { z } from "zod";
import { KustodyError } from "../../errors.ts";
import { secretSelector, serviceAccountSelector } from "../provider-selectors.ts";
import { type ReferenceScope, resolveReference } from "../resolve-reference.ts";
import type { ResolvedVaultAuth } from "../resolved-spec.ts";

export const vaultAuth = z.looseObject({
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
});
export type VaultAuthSpec = z.output<typeof vaultAuth>;

/** Of several methods the first in this order is used, as External Secrets Operator does. */
const ORDER = ["tokenSecretRef", "appRole", "kubernetes", "ldap", "userPass", "jwt", "cert", "iam", "gcp"] as const;
type Method = (typeof ORDER)[number];

/** Pure. The methods that `auth` names: the one that is used first. */
export function authMethods(auth: VaultAuthSpec): readonly Method[] {
  return ORDER.filter((method) => auth[method] !== undefined && auth[method] !== null);
}

/** Pure. The way to log in, with its references resolved. @throws KST_STORE_SPEC, KST_REFERENCE_FOREIGN */
export function resolveVaultAuth(auth: VaultAuthSpec, scope: ReferenceScope): ResolvedVaultAuth {
  const [method] = authMethods(auth);
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
  if (method === "tokenSecretRef" && tokenSecretRef !== undefined) {
    return { method: "token", token: secret(tokenSecretRef, "token") };
  }
  if (method === "appRole" && appRole !== undefined) {
    const { path, roleId, roleRef, secretRef } = appRole;
    const id = roleId || (roleRef === undefined ? undefined : secret(roleRef));
    if (id === undefined) throw wrongVault("auth.appRole needs roleId or roleRef");
    return { method: "appRole", path, roleId: id, secretId: secret(secretRef) };
  }
  if (method === "kubernetes" && kubernetes !== undefined) {
    const { mountPath, role, serviceAccountRef, secretRef } = kubernetes;
    const given = secretRef === undefined ? "own" : secret(secretRef, "token");
    const token = serviceAccountRef === undefined ? given : account(serviceAccountRef, undefined);
    return { method: "kubernetes", path: mountPath, role, jwt: token };
  }
  if (method === "userPass" && userPass !== undefined) {
    const { path, username, secretRef } = userPass;
    return { method: "userPass", path, username, password: secret(secretRef) };
  }
  if (method === "jwt" && jwt !== undefined) {
    const { path, role, secretRef, kubernetesServiceAccountToken: token } = jwt;
    if (secretRef !== undefined) return { method: "jwt", path, role, jwt: secret(secretRef) };
    if (token === undefined) throw wrongVault("auth.jwt needs secretRef or kubernetesServiceAccountToken");
    const made = account(token.serviceAccountRef, token.audiences ?? ["vault"], token.expirationSeconds);
    return { method: "jwt", path, role, jwt: made };
  }
  if (method === "cert" && cert !== undefined) return { method: "cert", path: cert.path, role: cert.vaultRole };
  throw wrongVault(method === undefined ? "auth names no way to log in" : `auth.${method} is not supported yet`);
}

export function wrongVault(why: string): KustodyError {
  return new KustodyError("KST_STORE_SPEC", `provider.vault cannot be used: ${why}`, {
    hint: "correct the store object",
  });
}
