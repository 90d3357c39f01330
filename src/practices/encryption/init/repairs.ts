import type { YamlEdit } from "../../../kernel/yaml/edit-yaml.ts";
import type { EncryptionConfiguration } from "../model.ts";

/**
 * Corrections that change nothing of how values are read and written, of a file that the API server refuses. What would change
 * that is left to the checks, whose findings are shown as warnings. None of them moves a provider or an entry. Pure.
 */
export function repairs({ entries }: EncryptionConfiguration): { edits: YamlEdit[]; changes: string[] } {
  const edits: YamlEdit[] = [];
  const changes: string[] = [];
  for (const [at, { providers }] of entries.entries()) {
    for (const provider of providers) {
      if (provider.kind !== "kms" || provider.apiVersion !== "v2" || provider.cachesize === undefined) continue;
      edits.push({ op: "remove", path: ["resources", at, "providers", provider.index, "kms", "cachesize"] });
      changes.push(
        `cachesize of ${provider.name ?? "a kms provider"} is removed: KMS v2 has none, and the API server refuses the file`,
      );
    }
  }
  return { edits, changes };
}
