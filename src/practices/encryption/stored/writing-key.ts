import type { EncryptionConfiguration, Provider } from "../model.ts";
import type { StoredKey } from "./stored-key.ts";
import type { WritingKey } from "./tally.ts";

/** What this configuration has the API server write `resource` with: the first provider of the first entry that covers it. */
export function writingKeyOf({ entries }: EncryptionConfiguration, resource: string): WritingKey {
  const entry = entries.find(({ resources }) => resources.some((pattern) => covers(pattern, resource)));
  const first = entry?.providers[0];
  return { knownBy: "configuration", ...(first === undefined ? IDENTITY : storedAs(first)) };
}

const IDENTITY = { provider: "identity", name: "" } as const;

function storedAs(provider: Provider): Pick<WritingKey, "provider" | "name"> {
  switch (provider.kind) {
    case "kms":
      return { provider: provider.apiVersion === "v2" ? "kms v2" : "kms v1", name: provider.name ?? "" };
    case "aescbc":
    case "aesgcm":
    case "secretbox":
      return { provider: provider.kind satisfies StoredKey["provider"], name: provider.keys[0]?.name ?? "" };
    case "identity":
    case "unknown":
      return IDENTITY;
  }
}

/** `*.*` is everything, `*.` the core group, `*.apps` that group (https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/). */
function covers(pattern: string, resource: string): boolean {
  if (pattern === resource || pattern === "*.*") return true;
  const dot = resource.indexOf(".");
  const group = dot < 0 ? "" : resource.slice(dot + 1);
  return pattern === `*.${group}`;
}
