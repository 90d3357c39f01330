import { KustodyError } from "../errors.ts";
import type { SecretRecord, SecretValues, StoredRecord } from "../secret/secret-record.ts";
import type { Kube } from "./kube.ts";
import { type SecretObject, Secrets } from "./object/resources.ts";
import { reflect } from "./watch/reflector.ts";

export interface KubeSecretRecordOptions {
  readonly namespace: string;
  readonly name: string;
  /** Such as `kustody`; stands in managedFields. */
  readonly fieldManager: string;
  readonly onError?: (error: KustodyError) => void;
}

/**
 * One Kubernetes Secret as a record. Rights on that one Secret: a reader needs `get`, `list` and `watch`, a writer also
 * `update`, all with `resourceNames`; and `create` on secrets of the namespace, which RBAC can't narrow to a name.
 *
 * @example
 * const record = kubeSecretRecord(kube, { namespace: "kustody-system", name: "kustody-tls", fieldManager: "kustody" });
 */
export function kubeSecretRecord(kube: Kube, options: KubeSecretRecordOptions): SecretRecord {
  const { namespace, name, fieldManager, onError } = options;
  const api = kube.namespaced(Secrets, namespace);

  const write = async (
    data: SecretValues,
    version: string | undefined,
    signal?: AbortSignal,
  ): Promise<StoredRecord> => {
    const labels = { "app.kubernetes.io/managed-by": fieldManager };
    const content = { type: "Opaque", data };
    const how = { fieldManager, ...(signal === undefined ? {} : { signal }) };
    try {
      return storedOf(
        version === undefined
          ? await api.create({ ...content, metadata: { name, labels } }, how)
          : await api.replace({ ...content, metadata: { name, labels, resourceVersion: version } }, how),
      );
    } catch (cause) {
      if (!(cause instanceof KustodyError) || !LOST_RACE.has(cause.code)) throw cause;
      throw new KustodyError("KST_RECORD_CONFLICT", `somebody else wrote the Secret ${namespace}/${name} first`, {
        hint: "Kustody reads it again and decides anew",
        retry: "backoff",
        cause,
      });
    }
  };

  return {
    name: `${namespace}/${name}`,
    read: async (signal) => {
      const found = await api.find(name, signal === undefined ? {} : { signal });
      return found === undefined ? undefined : storedOf(found);
    },
    write,
    watch: async function* watch(signal) {
      const arrived: (StoredRecord | undefined)[] = [];
      let wake = Promise.withResolvers<void>();
      const put = (state: StoredRecord | undefined) => {
        // Only the newest matters to who was slow.
        arrived.splice(0, arrived.length, state);
        wake.resolve();
      };
      const reflector = reflect(api, {
        reduce: storedOf,
        fieldSelector: `metadata.name=${name}`,
        onChange: ({ type, value }) => put(type === "deleted" ? undefined : value),
        clock: kube.clock,
        ...(onError === undefined ? {} : { onError }),
      });
      const end = () => wake.resolve();
      signal.addEventListener("abort", end, { once: true });
      reflector.synced.then(
        () => {
          if (reflector.size === 0) put(undefined);
        },
        () => undefined,
      );
      try {
        while (!signal.aborted) {
          await wake.promise;
          wake = Promise.withResolvers<void>();
          if (signal.aborted) return;
          yield* arrived.splice(0);
        }
      } finally {
        signal.removeEventListener("abort", end);
        await reflector.stop();
      }
    },
  };
}

/** A name that is taken, a version that is old, and a Secret that was deleted while it was changed. */
const LOST_RACE: ReadonlySet<string> = new Set(["KST_KUBE_EXISTS", "KST_KUBE_CONFLICT", "KST_KUBE_NOT_FOUND"]);

function storedOf(object: SecretObject): StoredRecord {
  return { data: object.data ?? {}, version: object.metadata.resourceVersion ?? "" };
}
