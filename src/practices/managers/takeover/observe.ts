import type { ListOptions } from "../../../kernel/kube/api/collection.ts";
import type { Kube } from "../../../kernel/kube/kube.ts";
import type { KubeObject } from "../../../kernel/kube/object/object-meta.ts";
import { clusterResource, namespacedResource, type Resource } from "../../../kernel/kube/object/resource.ts";
import {
  type AnyObject,
  CustomResourceDefinitions,
  Deployments,
  Leases,
  Pods,
  ValidatingAdmissionPolicies,
  ValidatingAdmissionPolicyBindings,
  ValidatingWebhookConfigurations,
} from "../../../kernel/kube/object/resources.ts";
import { asList, asRecord, asText, asTexts } from "../../../kernel/untyped.ts";
import { ClusterSecretStores, ExternalSecrets, SecretStores } from "../model/resources.ts";
import { GUARD_NAME } from "./guard.ts";
import type { EsoTraces } from "./model.ts";

const GROUPS: readonly unknown[] = ["external-secrets.io", "generators.external-secrets.io"];
const NAME_LABEL = "app.kubernetes.io/name";
const WEBHOOK_NAMES: readonly string[] = ["secretstore-validate", "externalsecret-validate"];
const OURS: readonly string[] = [ExternalSecrets, SecretStores, ClusterSecretStores].map(
  ({ plural, group }) => `${plural}.${group}`,
);

/** Reads what External Secrets Operator left and still does. Writes nothing, and reads no Secret. */
export async function observeEso(kube: Kube, signal?: AbortSignal): Promise<EsoTraces> {
  const ending = signal === undefined ? {} : { signal };
  const ofEso = { ...ending, labelSelector: `${NAME_LABEL}=external-secrets` };
  const all = async <T extends KubeObject>(resource: Resource<T, true>, options: ListOptions = ending): Promise<T[]> =>
    (await kube.allNamespaces(resource).list(options)).items;
  const whole = async (resource: Resource<AnyObject, false>): Promise<AnyObject[]> =>
    (await kube.cluster(resource).list(ending)).items;
  const definitions = (await whole(CustomResourceDefinitions)).filter(({ spec }) =>
    GROUPS.includes(asRecord(spec)["group"]),
  );
  const serves = (plural: string): boolean =>
    definitions.some(({ metadata }) => metadata.name === `${plural}.external-secrets.io`);
  return {
    deployments: (await all(Deployments)).filter(isEso),
    pods: await all(Pods, ofEso),
    leases: await all(Leases, { ...ending, fieldSelector: "metadata.name=external-secrets-controller" }),
    definitions,
    webhooks: (await whole(ValidatingWebhookConfigurations)).filter(isEsoWebhook),
    guards: [...(await whole(ValidatingAdmissionPolicies)), ...(await whole(ValidatingAdmissionPolicyBindings))].filter(
      ({ metadata }) => metadata.name === GUARD_NAME,
    ),
    externalSecrets: serves(ExternalSecrets.plural) ? await all(ExternalSecrets) : [],
    stores: [
      ...(serves(SecretStores.plural) ? await all(SecretStores) : []),
      ...(serves(ClusterSecretStores.plural) ? (await kube.cluster(ClusterSecretStores).list(ending)).items : []),
    ],
    others: await countOthers(kube, definitions, ending),
    now: kube.clock.now(),
  };
}

/** By the chart's label, or by the image, since the chart lets people rename everything else. */
function isEso({ metadata, ...deployment }: AnyObject): boolean {
  if (metadata.labels?.[NAME_LABEL] === "external-secrets") return true;
  const pod = asRecord(asRecord(asRecord(deployment["spec"])["template"])["spec"]);
  return asList(pod["containers"]).some((container) =>
    /(^|\/)external-secrets(:|@|$)/.test(asText(asRecord(container)["image"]) ?? ""),
  );
}

function isEsoWebhook({ metadata, ...configuration }: AnyObject): boolean {
  const isLabelled = metadata.labels?.["external-secrets.io/component"] === "webhook";
  if (!isLabelled && !WEBHOOK_NAMES.includes(metadata.name)) return false;
  // Somebody's own configuration of that name and label is not ESO's if it looks after other kinds too.
  return asList(configuration["webhooks"]).every((webhook) =>
    asList(asRecord(webhook)["rules"]).every((rule) =>
      asTexts(asRecord(rule)["apiGroups"]).every((group) => GROUPS.includes(group)),
    ),
  );
}

async function countOthers(
  kube: Kube,
  definitions: readonly AnyObject[],
  ending: { readonly signal?: AbortSignal },
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { metadata, spec } of definitions) {
    const version = servedVersion(spec);
    if (OURS.includes(metadata.name) || version === undefined) continue;
    const { kind } = asRecord(asRecord(spec)["names"]);
    const dot = metadata.name.indexOf(".");
    const describe = asRecord(spec)["scope"] === "Cluster" ? clusterResource : namespacedResource;
    const apiVersion = `${metadata.name.slice(dot + 1)}/${version}`;
    const resource = describe(apiVersion, asText(kind) ?? "", metadata.name.slice(0, dot));
    let count = 0;
    for await (const page of kube.allMetadata(resource).pages(ending)) count += page.items.length;
    counts[metadata.name] = count;
  }
  return counts;
}

function servedVersion(spec: unknown): string | undefined {
  const versions = asList(asRecord(spec)["versions"]).map(asRecord);
  return asText(versions.find(({ served }) => served === true)?.["name"]);
}
