import { z } from "zod";
import { KustodyError } from "../../errors.ts";
import { decodeCaBundle } from "../ca-bundle.ts";
import { connectionTrust, secretSelector, serviceAccountSelector } from "../provider-selectors.ts";
import { type ReferenceScope, resolveReference } from "../resolve-reference.ts";
import type { ResolvedSpec } from "../resolved-spec.ts";

const kubernetesProvider = z.looseObject({
  server: z
    .object({ url: z.string().default("kubernetes.default"), ...connectionTrust })
    .default({ url: "kubernetes.default" }),
  remoteNamespace: z.string().default("default"),
  auth: z
    .object({
      cert: z.object({ clientCert: secretSelector, clientKey: secretSelector }).optional(),
      token: z.object({ bearerToken: secretSelector }).optional(),
      serviceAccount: serviceAccountSelector.optional(),
    })
    .optional(),
  authRef: secretSelector.optional(),
});

/** `provider.kubernetes` with its references resolved. Pure. @throws KST_STORE_SPEC, KST_REFERENCE_FOREIGN */
export function resolveKubernetes(provider: unknown, scope: ReferenceScope): ResolvedSpec {
  const parsed = kubernetesProvider.safeParse(provider);
  if (!parsed.success)
    throw wrong(
      parsed.error.issues
        .map(({ path, message }) => `${path.join(".")}: ${message}`)
        .join("; ")
        .slice(0, 500),
    );
  const { server, remoteNamespace, auth, authRef } = parsed.data;
  const secret = (selector: z.output<typeof secretSelector>) => resolveReference("Secret", selector, scope);
  // As External Secrets Operator: a kubeconfig says all of it, and what stands beside it does not count.
  if (authRef !== undefined) return { kind: "kubernetes", remoteNamespace, auth: { kubeconfig: secret(authRef) } };
  const { caBundle, caProvider } = server;
  const common = {
    kind: "kubernetes",
    server: /^https?:\/\//.test(server.url) ? server.url : `https://${server.url}`,
    trust:
      caBundle === undefined
        ? caProvider && resolveReference(caProvider.type, caProvider, scope)
        : decodeCaBundle(caBundle),
    remoteNamespace,
  } as const;
  if (auth?.token !== undefined) return { ...common, auth: { token: secret(auth.token.bearerToken) } };
  if (auth?.serviceAccount !== undefined) {
    const serviceAccount = resolveReference("ServiceAccount", auth.serviceAccount, scope);
    const audiences = auth.serviceAccount.audiences ?? [];
    return { ...common, auth: { token: { serviceAccount, audiences, expirationSeconds: 3_600 } } };
  }
  if (auth?.cert !== undefined) {
    return {
      ...common,
      auth: { certificate: { certificate: secret(auth.cert.clientCert), key: secret(auth.cert.clientKey) } },
    };
  }
  throw wrong("auth names no way to log in");
}

function wrong(why: string): KustodyError {
  return new KustodyError("KST_STORE_SPEC", `provider.kubernetes cannot be used: ${why}`, {
    hint: "correct the store object",
  });
}
