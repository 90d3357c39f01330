import type { Kube } from "../../../../kernel/kube/kube.ts";
import { ConfigMaps, Secrets } from "../../../../kernel/kube/object/resources.ts";
import type { Secret } from "../../../../kernel/secret/secret.ts";
import type { TemplateObject } from "./template-steps.ts";

/** The entries of an object that holds templates, as it is now; undefined where there is none. Whoever asks disposes of the Secrets. */
export async function fetchTemplates(
  kube: Kube,
  { kind, name }: TemplateObject,
  namespace: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string | Secret> | undefined> {
  const found =
    kind === "ConfigMap"
      ? await kube.namespaced(ConfigMaps, namespace).find(name, { signal })
      : await kube.namespaced(Secrets, namespace).find(name, { signal });
  return found && new Map<string, string | Secret>(Object.entries(found.data ?? {}));
}
