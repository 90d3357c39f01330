import { KustodyError } from "../../errors.ts";
import { copySecret } from "../copy-secret.ts";
import type { Identity } from "../identity.ts";
import type { StorePorts } from "../open-store.ts";
import { type AwsCredentials, type AwsLogin, accessKeyIdOf } from "./aws-credentials.ts";
import type { AwsRole, ResolvedAws, ResolvedAwsAuth } from "./aws-spec.ts";
import { ownLogin } from "./own-login.ts";
import type { Sts, StsOptions } from "./sts.ts";

/** Annotations of EKS on a ServiceAccount. */
const ROLE_ANNOTATION = "eks.amazonaws.com/role-arn";
const AUDIENCE_ANNOTATION = "eks.amazonaws.com/audience";
const DEFAULT_AUDIENCE = "sts.amazonaws.com";

/** How an identity logs in: where it begins, then each role with the credentials before it. */
export function awsLogin(spec: ResolvedAws, identity: Identity, ports: StorePorts, sts: Sts): AwsLogin {
  const first = firstLogin(spec.auth, identity, ports, sts);
  return async (signal) => {
    let credentials = await first(signal);
    for (const role of spec.roles) {
      const before = credentials;
      credentials = await sts.assumeRole(before, optionsOf(role, identity), signal);
      before.secretAccessKey.dispose();
      before.sessionToken?.dispose();
    }
    return credentials;
  };
}

function firstLogin(auth: ResolvedAwsAuth, identity: Identity, ports: StorePorts, sts: Sts): AwsLogin {
  switch (auth.method) {
    case "keys":
      return (signal) => readKeys(auth, ports, signal);
    case "serviceAccount":
      return async (signal) => {
        const { role, audience } = await annotated(auth, ports, signal);
        const audiences = [audience, ...auth.audiences];
        const options = { audiences, expirationSeconds: 600 };
        using token = await ports.serviceAccountToken(auth.serviceAccount, options, signal);
        return await sts.assumeRoleWithToken(role, token, signal);
      };
    case "own":
      if (identity.store.namespace !== undefined) throw new TypeError("a SecretStore cannot log in as the operator");
      return ownLogin(ports.aws?.own, sts);
  }
}

async function readKeys(
  { accessKeyId, secretAccessKey, sessionToken }: Extract<ResolvedAwsAuth, { method: "keys" }>,
  ports: StorePorts,
  signal: AbortSignal,
): Promise<AwsCredentials> {
  using id = await ports.secret(accessKeyId, signal);
  using key = await ports.secret(secretAccessKey, signal);
  const token = sessionToken && (await ports.secret(sessionToken, signal));
  const keys = { accessKeyId: accessKeyIdOf(id), secretAccessKey: copySecret(key) };
  return token === undefined ? keys : { ...keys, sessionToken: token };
}

async function annotated(
  { serviceAccount }: Extract<ResolvedAwsAuth, { method: "serviceAccount" }>,
  ports: StorePorts,
  signal: AbortSignal,
): Promise<{ role: string; audience: string }> {
  const annotations = (await ports.serviceAccountAnnotations?.(serviceAccount, signal)) ?? {};
  const role = annotations[ROLE_ANNOTATION];
  if (!role) {
    throw new KustodyError(
      "KST_STORE_SPEC",
      `ServiceAccount ${serviceAccount.namespace}/${serviceAccount.name} has no annotation ${ROLE_ANNOTATION}`,
      { hint: "annotate it with the ARN of the role that it stands for", retry: "backoff" },
    );
  }
  return { role, audience: annotations[AUDIENCE_ANNOTATION] || DEFAULT_AUDIENCE };
}

/** The names of tags are External Secrets Operator's, since policies have conditions on them. */
function optionsOf({ arn, externalId, tags }: AwsRole, { store, namespace }: Identity): StsOptions {
  const asker = {
    esoNamespace: namespace ?? store.namespace ?? "",
    esoStoreName: store.name,
    esoStoreKind: store.kind,
  };
  const all = new Map([...(tags?.fixed ?? []), ...(tags?.tellsAsker === true ? Object.entries(asker) : [])]);
  return {
    arn,
    externalId,
    tags: [...all].filter(([, value]) => value !== ""),
    transitiveTagKeys: tags?.transitiveKeys ?? [],
  };
}
