import { KustodyError } from "../errors.ts";
import { resolveAws } from "./aws/resolve-aws.ts";
import { fakeSpec } from "./fake/fake-spec.ts";
import { resolveKubernetes } from "./kubernetes/resolve-kubernetes.ts";
import type { ReferenceScope } from "./resolve-reference.ts";
import type { ResolvedSpec } from "./resolved-spec.ts";
import { resolveVault } from "./vault/resolve-vault.ts";

/** Providers that can be opened, each with how its specification is read. */
export const PROVIDERS: Readonly<Record<string, (provider: unknown, scope: ReferenceScope) => ResolvedSpec>> = {
  vault: resolveVault,
  // OpenBao answers Vault's API.
  openBao: resolveVault,
  aws: resolveAws,
  kubernetes: resolveKubernetes,
  fake: (provider) => {
    const parsed = fakeSpec.safeParse(provider);
    if (parsed.success) return { kind: "fake", fake: parsed.data };
    throw wrong(`provider.fake has a wrong value at ${parsed.error.issues[0]?.path.join(".") ?? ""}`);
  },
  local: () => ({ kind: "local" }),
};

/**
 * A store's `spec.provider` (external-secrets.io/v1) as something that can be opened. Pure.
 *
 * @throws KST_STORE_SPEC for a provider that is unknown or not supported yet, KST_REFERENCE_FOREIGN
 */
export function resolveSpec(provider: Readonly<Record<string, unknown>>, scope: ReferenceScope): ResolvedSpec {
  const named = Object.keys(provider).filter((name) => provider[name] !== undefined && provider[name] !== null);
  const [name] = named;
  if (name === undefined || named.length > 1) throw wrong("provider must name exactly one provider");
  const resolve = Object.hasOwn(PROVIDERS, name) ? PROVIDERS[name] : undefined;
  if (resolve === undefined) throw wrong(`provider ${name.slice(0, 60)} is not supported yet`);
  return resolve(provider[name], scope);
}

/** Whether anything in a specification was taken from the asking object's namespace: then the identity must name it. */
export function dependsOnAsker(spec: unknown): boolean {
  if (typeof spec !== "object" || spec === null) return false;
  if ("fromAsker" in spec && spec.fromAsker === true) return true;
  return Object.values(spec).some(dependsOnAsker);
}

function wrong(message: string): KustodyError {
  return new KustodyError("KST_STORE_SPEC", message, {
    hint: "correct the store object, or use a provider that is supported",
  });
}
