import { toKustodyError } from "../../../kernel/errors.ts";
import type { ReferenceScope } from "../../../kernel/stores/resolve-reference.ts";
import { PROVIDERS, resolveSpec } from "../../../kernel/stores/resolve-spec.ts";
import { asRecord } from "../../../kernel/untyped.ts";
import type { ExternalSecret, SecretStore } from "../model/resources.ts";
import { parseExternalSecret, wantsOfParsed } from "../sync/parsed-external-secret.ts";
import type { Difference, EsoTraces } from "./model.ts";

/** Pure. Everything that Kustody will not do as External Secrets Operator did. What it does not do, it leaves as it is. */
export function differencesIn(traces: EsoTraces, controllerClass: string): Difference[] {
  const stores = traces.stores.flatMap((store) => ofStore(store, controllerClass));
  const objects = traces.externalSecrets.flatMap(ofExternalSecret);
  const kinds = Object.entries(traces.others)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => ({
      subject: name,
      what: `${count} ${count === 1 ? "object" : "objects"} of this kind: nobody will carry them out`,
    }));
  return [...kinds, ...stores, ...objects];
}

function ofStore({ kind, metadata, spec }: SecretStore, controllerClass: string): Difference[] {
  const subject = `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
  // An object from outside: its shape is not certain.
  const store = asRecord(spec);
  const itsClass =
    typeof store["controller"] === "string" && store["controller"] !== "" ? store["controller"] : undefined;
  if (itsClass !== undefined && itsClass !== controllerClass) {
    return [{ subject, what: `belongs to the controller class "${itsClass}" and is left to it` }];
  }
  const [provider = "none"] = Object.keys(asRecord(store["provider"]));
  const kept = "its ExternalSecrets keep their Secrets as they are";
  if (!Object.hasOwn(PROVIDERS, provider))
    return [{ subject, what: `provider ${provider} is not supported yet: ${kept}` }];
  const scope: ReferenceScope =
    kind === "SecretStore"
      ? { storeKind: kind, namespace: metadata.namespace ?? "" }
      : { storeKind: "ClusterSecretStore", asker: "default" };
  try {
    resolveSpec(asRecord(store["provider"]), scope);
    return [];
  } catch (error) {
    return [{ subject, what: `${toKustodyError(error).message}: ${kept}` }];
  }
}

function ofExternalSecret(object: ExternalSecret): Difference[] {
  const subject = `ExternalSecret ${object.metadata.namespace ?? ""}/${object.metadata.name}`;
  const { unsupported, mistakes } = wantsOfParsed(parseExternalSecret(object));
  return [
    ...unsupported.map((field) => ({ subject, what: `${field} is not supported yet: its Secret stays as it is` })),
    ...mistakes.map((mistake) => ({ subject, what: `cannot be carried out: ${mistake}` })),
  ];
}
