import { type AwsEnvironment, readAwsEnvironment } from "../../kernel/config/aws-environment.ts";
import { KustodyError } from "../../kernel/errors.ts";
import { requestToken } from "../../kernel/kube/access/service-account-token.ts";
import { tokenFile } from "../../kernel/kube/auth/token-file.ts";
import { POD_TOKEN_FILE } from "../../kernel/kube/config/in-cluster.ts";
import type { Kube } from "../../kernel/kube/kube.ts";
import { ConfigMaps, Secrets, ServiceAccounts } from "../../kernel/kube/object/resources.ts";
import type { Secret } from "../../kernel/secret/secret.ts";
import { copySecret } from "../../kernel/stores/copy-secret.ts";
import type { StorePorts } from "../../kernel/stores/open-store.ts";
import type { ResolvedReference } from "../../kernel/stores/resolve-reference.ts";

/** What stores read of the cluster: only objects that the resolver let through, each by its name in its namespace. */
export function createStorePorts(
  kube: Kube,
  local: StorePorts["local"],
  podTokenFile = POD_TOKEN_FILE,
  aws: AwsEnvironment = readAwsEnvironment(),
): StorePorts {
  const podToken = tokenFile(podTokenFile, kube.clock);
  return {
    clock: kube.clock,
    async secret(reference, signal) {
      const { data = {} } = await kube.namespaced(Secrets, reference.namespace).get(reference.name, { signal });
      const [wanted, rest] = pickEntry(reference, data);
      for (const other of rest) other.dispose();
      return wanted;
    },
    async configMap(reference, signal) {
      const { data = {} } = await kube.namespaced(ConfigMaps, reference.namespace).get(reference.name, { signal });
      const text = reference.key === undefined ? undefined : data[reference.key];
      if (text === undefined) throw noEntry(reference);
      return text;
    },
    async serviceAccountToken({ namespace, name }, { audiences, expirationSeconds }, signal) {
      const request = { namespace, serviceAccount: name, audiences, expirationSeconds };
      return (await requestToken(kube, request, signal)).token;
    },
    async serviceAccountAnnotations({ namespace, name }, signal) {
      const { metadata } = await kube.namespaced(ServiceAccounts, namespace).get(name, { signal });
      return metadata.annotations ?? {};
    },
    aws,
    async ownToken() {
      const { token } = await podToken.current();
      // Whoever gets it disposes of it, and others still need the one that is kept.
      return copySecret(token as Secret);
    },
    ...(local === undefined ? {} : { local }),
  };
}

function pickEntry(
  reference: ResolvedReference,
  data: Readonly<Record<string, Secret>>,
): [wanted: Secret, rest: Secret[]] {
  const { key } = reference;
  const rest = Object.entries(data).filter(([name]) => name !== key);
  const wanted = key !== undefined && Object.hasOwn(data, key) ? data[key] : undefined;
  if (wanted === undefined) {
    for (const [, other] of rest) other.dispose();
    throw noEntry(reference);
  }
  return [wanted, rest.map(([, other]) => other)];
}

function noEntry({ kind, namespace, name, key }: ResolvedReference): KustodyError {
  return new KustodyError("KST_STORE_SPEC", `${kind} ${namespace}/${name} has no entry ${JSON.stringify(key ?? "")}`, {
    hint: "name the key in the store's selector, or add the entry",
    retry: "backoff",
  });
}
