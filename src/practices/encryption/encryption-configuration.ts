import type { FieldPath } from "../../kernel/finding/field-path.ts";
import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { isWrapped } from "../../kernel/kube/manifests/wrap-secrets.ts";
import { asList, asRecord, asText, asTexts } from "../../kernel/untyped.ts";
import { groupOf } from "../../model/objects/identity.ts";
import type { EncryptionConfiguration, PlacedProvider, Provider, ProviderKind, ResourcesEntry } from "./model.ts";

const KINDS: readonly ProviderKind[] = ["kms", "aesgcm", "aescbc", "secretbox", "identity"];

/** `object` as the subject of this practice, where it is an EncryptionConfiguration. */
export function encryptionConfigurationsOf(object: KubeObject): readonly EncryptionConfiguration[] | undefined {
  if (object.kind !== "EncryptionConfiguration" || groupOf(object.apiVersion) !== "apiserver.config.k8s.io")
    return undefined;
  const entries = asList(object["resources"]).map(readEntry);
  return [{ object, entries, deciding: entries.find(({ covers }) => covers !== "not") }];
}

/** Its providers one by one, each with its surroundings. */
export function placedProvidersOf(object: KubeObject): readonly PlacedProvider[] | undefined {
  return encryptionConfigurationsOf(object)?.flatMap((configuration) =>
    configuration.entries.flatMap((entry) => entry.providers.map((provider) => ({ configuration, entry, provider }))),
  );
}

function readEntry(value: unknown, index: number): ResourcesEntry {
  const entry = asRecord(value);
  const path = ["resources", index];
  const resources = asTexts(entry["resources"]);
  const providers = asList(entry["providers"]).map((item, at) => readProvider(item, at, [...path, "providers", at]));
  return { resources, providers, path, covers: coverage(resources) };
}

/** `*.` is every resource of the core group, `*.*` every resource (https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/). */
function coverage(resources: readonly string[]): ResourcesEntry["covers"] {
  if (resources.includes("secrets")) return "name";
  return resources.includes("*.") || resources.includes("*.*") ? "wildcard" : "not";
}

function readProvider(value: unknown, index: number, path: FieldPath): Provider {
  const provider = asRecord(value);
  const kind = KINDS.find((candidate) => Object.hasOwn(provider, candidate)) ?? "unknown";
  const settings = asRecord(provider[kind]);
  return {
    kind,
    index,
    path: kind === "unknown" ? path : [...path, kind],
    name: asText(settings["name"]),
    apiVersion: asText(settings["apiVersion"]),
    endpoint: asText(settings["endpoint"]),
    cachesize: settings["cachesize"],
    keys: asList(settings["keys"]).map((item, at) => {
      const { name, secret } = asRecord(item);
      const shape = isWrapped(secret) ? secret.shape : "empty";
      return { name: asText(name) ?? `#${at + 1}`, shape, path: [...path, kind, "keys", at, "secret"] };
    }),
  };
}
