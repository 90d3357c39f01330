import { z } from "zod";
import { KustodyError } from "../../errors.ts";
import { secretSelector, serviceAccountSelector } from "../provider-selectors.ts";
import { type ReferenceScope, resolveReference } from "../resolve-reference.ts";
import type { ResolvedSpec } from "../resolved-spec.ts";
import type { AwsTags, ResolvedAwsAuth } from "./aws-spec.ts";

const awsProvider = z.looseObject({
  service: z.enum(["SecretsManager", "ParameterStore", "CertificateManager"]),
  // It becomes a part of host names.
  region: z.string().regex(/^[a-z]{2,4}(-[a-z]{2,20}){1,3}-[0-9]{1,2}$/, "is not the name of a region"),
  auth: z
    .object({
      secretRef: z
        .object({
          accessKeyIDSecretRef: secretSelector.optional(),
          secretAccessKeySecretRef: secretSelector.optional(),
          sessionTokenSecretRef: secretSelector.optional(),
        })
        .optional(),
      jwt: z.object({ serviceAccountRef: serviceAccountSelector.optional() }).optional(),
    })
    .optional(),
  role: z.string().optional(),
  additionalRoles: z.array(z.string()).max(10).optional(),
  externalID: z.string().optional(),
  sessionTags: z
    .array(z.object({ key: z.string(), value: z.string() }))
    .max(50)
    .optional(),
  transitiveTagKeys: z.array(z.string()).max(50).optional(),
  sessionTagsPolicy: z.enum(["None", "Simple", "Custom"]).default("None"),
  customSessionTags: z.record(z.string(), z.string()).optional(),
  prefix: z.string().max(512).default(""),
  secretsManager: z
    .object({
      forceDeleteWithoutRecovery: z.boolean().default(false),
      recoveryWindowInDays: z.int().min(0).default(0),
    })
    .optional(),
});
type Provider = z.output<typeof awsProvider>;

/** `provider.aws` with its references resolved. Pure. @throws KST_STORE_SPEC, KST_REFERENCE_FOREIGN */
export function resolveAws(provider: unknown, scope: ReferenceScope): ResolvedSpec {
  const parsed = awsProvider.safeParse(provider);
  if (!parsed.success) {
    const places = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw wrongAws(places.join("; ").slice(0, 500));
  }
  const { service, region, prefix, role, additionalRoles = [], externalID } = parsed.data;
  if (service === "CertificateManager") throw wrongAws("service CertificateManager is not supported yet");
  return {
    kind: "aws",
    service,
    region,
    prefix,
    auth: resolveAuth(parsed.data, scope),
    // Only the last role is assumed with the external id and the tags, as External Secrets Operator does.
    roles: [
      ...additionalRoles.map((arn) => ({ arn })),
      ...(role === undefined || role === ""
        ? []
        : [{ arn: role, externalId: externalID || undefined, tags: tagsOf(parsed.data, scope) }]),
    ],
    removal: removalOf(parsed.data),
    unused: unusedFields(parsed.data),
  };
}

function resolveAuth({ auth }: Provider, scope: ReferenceScope): ResolvedAwsAuth {
  if (auth?.jwt !== undefined) {
    const { serviceAccountRef } = auth.jwt;
    if (serviceAccountRef === undefined) throw wrongAws("auth.jwt needs serviceAccountRef");
    const serviceAccount = resolveReference("ServiceAccount", serviceAccountRef, scope);
    return { method: "serviceAccount", serviceAccount, audiences: serviceAccountRef.audiences ?? [] };
  }
  if (auth?.secretRef !== undefined) {
    const { accessKeyIDSecretRef: id, secretAccessKeySecretRef: key, sessionTokenSecretRef: token } = auth.secretRef;
    if (id === undefined || key === undefined)
      throw wrongAws("auth.secretRef needs accessKeyIDSecretRef and secretAccessKeySecretRef");
    return {
      method: "keys",
      accessKeyId: resolveReference("Secret", id, scope),
      secretAccessKey: resolveReference("Secret", key, scope),
      sessionToken: token && resolveReference("Secret", token, scope),
    };
  }
  if (scope.storeKind === "ClusterSecretStore") return { method: "own" };
  // External Secrets Operator lets any store use the operator's own rights; here that is left to cluster administrators.
  throw wrongAws(
    "auth names neither secretRef nor jwt, and only a ClusterSecretStore may log in as the operator itself",
  );
}

/** What AWS is told of a session, for conditions of policies. Built-in tags cannot be replaced by custom ones. */
function tagsOf(spec: Provider, scope: ReferenceScope): AwsTags {
  const { sessionTags = [], transitiveTagKeys = [], sessionTagsPolicy, customSessionTags = {} } = spec;
  const custom = sessionTagsPolicy === "Custom" ? Object.entries(customSessionTags) : [];
  const fixed = [...sessionTags.map(({ key, value }) => [key, value] as const), ...custom];
  const tellsAsker = sessionTagsPolicy !== "None";
  return {
    fixed: fixed.filter(([key, value]) => key !== "" && value !== ""),
    tellsAsker,
    transitiveKeys: transitiveTagKeys,
    fromAsker: tellsAsker && scope.storeKind === "ClusterSecretStore",
  };
}

function removalOf({ secretsManager }: Provider): { force: boolean; recoveryDays: number | undefined } {
  const { forceDeleteWithoutRecovery: force = false, recoveryWindowInDays: days = 0 } = secretsManager ?? {};
  if (force && days > 0)
    throw wrongAws("secretsManager.forceDeleteWithoutRecovery and recoveryWindowInDays exclude each other");
  if (days > 0 && (days < 7 || days > 30)) throw wrongAws("secretsManager.recoveryWindowInDays must be from 7 to 30");
  return { force, recoveryDays: days === 0 ? undefined : days };
}

/** What is set and has no effect, neither here nor in External Secrets Operator. */
function unusedFields({
  auth,
  role,
  externalID,
  sessionTags,
  sessionTagsPolicy,
  service,
  ...spec
}: Provider): string[] {
  const unused: string[] = [];
  if (auth?.jwt !== undefined && auth.secretRef !== undefined) unused.push("auth.secretRef (auth.jwt comes first)");
  if (!role) {
    const isSet = { externalID, sessionTags: sessionTags?.length, transitiveTagKeys: spec.transitiveTagKeys?.length };
    for (const [name, value] of Object.entries(isSet)) if (value) unused.push(`${name} (there is no role)`);
    if (sessionTagsPolicy !== "None") unused.push("sessionTagsPolicy (there is no role)");
  }
  if (sessionTagsPolicy !== "Custom" && spec.customSessionTags !== undefined)
    unused.push("customSessionTags (sessionTagsPolicy is not Custom)");
  if (service === "ParameterStore" && spec.secretsManager !== undefined)
    unused.push("secretsManager (the service is ParameterStore)");
  return unused;
}

function wrongAws(why: string): KustodyError {
  return new KustodyError("KST_STORE_SPEC", `provider.aws cannot be used: ${why}`, {
    hint: "correct the store object",
  });
}
