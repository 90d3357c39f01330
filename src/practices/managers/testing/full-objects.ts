import type { ExternalSecretSpec } from "../model/external-secret-spec.ts";

const strategies = { conversionStrategy: "Unicode", decodingStrategy: "Auto", nullBytePolicy: "Fail" } as const;
const remoteRef = {
  key: "team/db",
  property: "password",
  version: "3",
  metadataPolicy: "Fetch",
  ...strategies,
} as const;
const generatorRef = { apiVersion: "generators.external-secrets.io/v1alpha1", kind: "Password", name: "strong" };
const storeRef = { name: "vault", kind: "ClusterSecretStore" } as const;
const templateSource = { name: "snippets", items: [{ key: "app.tpl", templateAs: "KeysAndValues" as const }] };

/** Every field that an ExternalSecret of external-secrets.io/v1 can have, those included that Kustody does not carry out. */
export const FULL_EXTERNAL_SECRET: ExternalSecretSpec = {
  secretStoreRef: storeRef,
  refreshPolicy: "Periodic",
  refreshInterval: "1h30m",
  syncWindows: { kind: "deny", windows: [{ schedule: "0 8 * * 1-5", duration: "10h" }] },
  target: {
    name: "db",
    creationPolicy: "Owner",
    deletionPolicy: "Delete",
    immutable: false,
    manifest: { apiVersion: "v1", kind: "ConfigMap" },
    template: {
      type: "kubernetes.io/basic-auth",
      engineVersion: "v2",
      mergePolicy: "Merge",
      metadata: { labels: { a: "b" }, annotations: { c: "d" }, finalizers: ["example.com/f"] },
      data: { url: "{{ .host }}" },
      templateFrom: [
        { configMap: templateSource, target: "Labels" },
        { secret: templateSource, valuesDecodingStrategy: "Base64" },
        { literal: "{{ .x }}", target: "spec.values" },
      ],
    },
  },
  data: [
    { secretKey: "password", remoteRef, sourceRef: { storeRef } },
    { secretKey: "generated", remoteRef: { key: "unused" }, sourceRef: { generatorRef } },
  ],
  dataFrom: [
    { extract: remoteRef, sourceRef: { storeRef } },
    {
      find: { path: "team", name: { regexp: "^db-" }, tags: { env: "prod" }, ...strategies },
      rewrite: [
        { regexp: { source: "db-(.*)", target: "$1" } },
        { transform: { template: "{{ .value | upper }}" } },
        {
          merge: {
            into: "all",
            priority: ["a"],
            priorityPolicy: "IgnoreNotFound",
            conflictPolicy: "Ignore",
            strategy: "JSON",
          },
        },
      ],
    },
    { sourceRef: { generatorRef } },
  ],
};

/** Everything around the provider, and a provider that nobody has heard of. */
export const FULL_STORE = {
  controller: "default",
  provider: { madeUp: { url: "https://example.com", nested: [{ deep: { number: 1, list: [true, null, "x"] } }] } },
  retrySettings: { maxRetries: 3, retryInterval: "5s" },
  refreshInterval: "90s",
  conditions: [
    {
      namespaceSelector: {
        matchLabels: { team: "a" },
        matchExpressions: [{ key: "env", operator: "NotIn", values: ["prod"] }],
      },
      namespaces: ["shop"],
      namespaceRegexes: ["^team-.*$"],
    },
  ],
} as const;
