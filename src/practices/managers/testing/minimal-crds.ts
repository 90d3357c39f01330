import { setTimeout as sleep } from "node:timers/promises";
import { CustomResourceDefinitions } from "../../../kernel/kube/index.ts";
import type { Kube } from "../../../kernel/kube/kube.ts";

const KINDS = [
  ["external-secrets.io", "v1", "ExternalSecret", "externalsecrets", "Namespaced"],
  ["external-secrets.io", "v1", "SecretStore", "secretstores", "Namespaced"],
  ["external-secrets.io", "v1", "ClusterSecretStore", "clustersecretstores", "Cluster"],
  ["kustody.dev", "v1alpha1", "StorePolicy", "storepolicies", "Cluster"],
] as const;

/** CRDs that accept anything: they let through what a hostile or newer schema might. */
export async function installMinimalCrds(kube: Kube): Promise<void> {
  const crds = kube.cluster(CustomResourceDefinitions);
  for (const [group, version, kind, plural, scope] of KINDS) {
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    await crds.create({
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope,
        names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
        versions: [{ name: version, served: true, storage: true, schema, subresources: { status: {} } }],
      },
    });
  }
  for (const [group, , , plural] of KINDS) {
    for (let tries = 0; !(await isEstablished(kube, `${plural}.${group}`)); tries++) {
      if (tries > 200) throw new Error(`${plural} was not established`);
      await sleep(50);
    }
  }
}

async function isEstablished(kube: Kube, name: string): Promise<boolean> {
  const crd = await kube.cluster(CustomResourceDefinitions).get(name);
  const { conditions = [] } = (crd["status"] ?? {}) as { conditions?: { type: string; status: string }[] };
  return conditions.some(({ type, status }) => type === "Established" && status === "True");
}
