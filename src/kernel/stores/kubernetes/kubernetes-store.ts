import { KustodyError } from "../../errors.ts";
import { type Api, canI, type Kube, type SecretObject, Secrets } from "../../kube/index.ts";
import { boundedMap } from "../bounded-map.ts";
import { namePattern } from "../name-pattern.ts";
import type { Query, Read, Ref, Store, StoreError, StoreErrorReason, Version } from "../store.ts";
import { storeErrorOf } from "../store-error.ts";
import { dataOf, metadataJson, valueOf } from "./secret-value.ts";

const AT_ONCE = 16;

/**
 * Secrets of a namespace, perhaps of another cluster. A key is a Secret's name, its value the JSON of all its data, with
 * each entry byte for byte in `properties`; the version is the resourceVersion. Only the newest version can be read. What
 * is known is looked at through its metadata alone. Closes `kube`.
 */
export function openKubernetesStore(kube: Kube, namespace: string): Store {
  const secrets: Api<SecretObject, "namespace"> = kube.namespaced(Secrets, namespace);
  const attempt = async <T>(signal: AbortSignal, run: () => Promise<T>): Promise<T | StoreError> => {
    try {
      return await run();
    } catch (error) {
      signal.throwIfAborted();
      return kubeStoreError(error);
    }
  };

  const readOne = async (ref: Ref, known: Version | undefined, signal: AbortSignal): Promise<Read> => {
    if (ref.part === "metadata") {
      const { metadata } = await secrets.metadata().get(ref.key, { signal });
      const version = metadata.resourceVersion ?? "";
      if (ref.version !== undefined && ref.version !== version) return NOT_NEWEST;
      return version === known ? "unchanged" : { value: metadataJson(metadata), version };
    }
    if (known !== undefined) {
      const { metadata } = await secrets.metadata().get(ref.key, { signal });
      if (metadata.resourceVersion === known)
        return ref.version === undefined || ref.version === known ? "unchanged" : NOT_NEWEST;
    }
    const { metadata, data = {} } = await secrets.get(ref.key, { signal });
    const read = valueOf(data, metadata.resourceVersion ?? "");
    if (ref.version === undefined || ref.version === read.version) return read;
    for (const secret of [read.value, ...read.properties.values()]) secret.dispose();
    return NOT_NEWEST;
  };

  async function* names({ name, tags }: Query, signal: AbortSignal): AsyncGenerator<Ref, void, undefined> {
    const matches = namePattern(name ?? "");
    const labelSelector = Object.entries(tags ?? {})
      .map((pair) => pair.join("="))
      .join(",");
    for await (const { items } of secrets
      .metadata()
      .pages({ signal, ...(labelSelector === "" ? {} : { labelSelector }) })) {
      for (const { metadata } of items) if (matches(metadata.name)) yield { key: metadata.name };
    }
  }

  return {
    batchSize: 1,
    async read(refs, known, signal) {
      signal.throwIfAborted();
      const reads = await boundedMap(refs, AT_ONCE, async (ref) => {
        return [ref, await attempt(signal, () => readOne(ref, known.get(ref), signal))] as const;
      });
      return new Map(reads);
    },
    async validate(signal) {
      const answer = await attempt(signal, () => canI(kube, { verb: "get", resource: "secrets", namespace }, signal));
      if ("error" in answer) return answer;
      return answer.allowed
        ? undefined
        : { error: "denied", message: `no permission to get secrets in namespace ${namespace}` };
    },
    async *find(query, signal) {
      if (query.path !== undefined) {
        throw new KustodyError("KST_STORE_QUERY", "Secrets of a namespace have no paths", {
          hint: "find by name or tags",
        });
      }
      yield* names(query, signal);
    },
    async write(ref, value, condition, signal) {
      const data = dataOf(value);
      if (data === undefined) return { error: "invalid", message: "a Secret keeps a JSON object of texts" };
      return await attempt(signal, async () => {
        for (let tries = 0; ; tries++) {
          const current = await secrets.find(ref.key, { signal });
          const version = current?.metadata.resourceVersion;
          const holds =
            condition === undefined ||
            ("ifAbsent" in condition ? current === undefined : version === condition.ifVersion);
          if (!holds) return CONFLICT;
          try {
            const written =
              current === undefined
                ? await secrets.create({ metadata: { name: ref.key }, data }, { signal })
                : await secrets.replace({ ...current, data }, { signal });
            return written.metadata.resourceVersion ?? "";
          } catch (error) {
            // Somebody was faster: decide anew on what is there now.
            if (tries >= 3 || kubeStoreError(error).error !== "conflict") throw error;
          }
        }
      });
    },
    async remove(ref, signal) {
      const removed = await attempt(signal, () => secrets.delete(ref.key, { signal }));
      if (typeof removed === "object") return removed;
      return removed ? undefined : { error: "missing", message: "there is no such Secret" };
    },
    close: () => kube.close(),
  };
}

const NOT_NEWEST: StoreError = { error: "missing", message: "a Secret keeps its newest version only" };
const CONFLICT: StoreError = { error: "conflict", message: "the Secret was changed by somebody else" };

const REASONS: Readonly<Record<string, StoreErrorReason>> = {
  KST_KUBE_NOT_FOUND: "missing",
  KST_KUBE_FORBIDDEN: "denied",
  KST_KUBE_UNAUTHORIZED: "unauthenticated",
  KST_KUBE_INVALID: "invalid",
  KST_KUBE_CONFLICT: "conflict",
  KST_KUBE_EXISTS: "conflict",
  KST_KUBE_BUSY: "throttled",
  KST_KUBE_SERVER: "unavailable",
  KST_KUBE_REPLY: "unavailable",
};

function kubeStoreError(error: unknown): StoreError {
  const plain = storeErrorOf(error);
  const reason = error instanceof KustodyError ? REASONS[error.code] : undefined;
  return { ...plain, error: reason ?? plain.error };
}
