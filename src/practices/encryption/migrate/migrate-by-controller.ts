import { KustodyError } from "../../../kernel/errors.ts";
import {
  type AnyObject,
  clusterResource,
  type Kube,
  type Resource,
  servesResource,
} from "../../../kernel/kube/index.ts";
import { asList, asRecord, asText } from "../../../kernel/untyped.ts";

/** Newest first. Off by default in every release so far. */
const VERSIONS = ["v1", "v1beta1", "v1alpha1"];
const PAUSE = 1000;

export interface ControllerMigration {
  readonly succeeded: boolean;
  /** What the controller said. */
  readonly message: string;
}

/**
 * Has the cluster's own controller write a resource's objects again, by a StorageVersionMigration, and waits until it has ended.
 * The object is removed then. Errors: KST_KUBE_NOT_FOUND where the API is not served; KST_ENCRYPTION_NOT_READY when `millis` are over;
 * the signal's reason.
 */
export async function migrateByController(
  kube: Kube,
  resource: Resource,
  { millis, signal }: { readonly millis: number; readonly signal: AbortSignal },
): Promise<ControllerMigration> {
  const migrations = await servedVersion(kube);
  const { group, version, plural } = resource;
  const api = kube.cluster(migrations);
  const name = `kustody-${plural}-${kube.clock.now()}`;
  const named = { group, resource: plural, ...(migrations.version === "v1alpha1" ? { version } : {}) };
  await api.create({ metadata: { name }, spec: { resource: named } });
  try {
    for (const end = kube.clock.now() + millis; kube.clock.now() < end; ) {
      const { status } = await api.get(name, { signal });
      for (const condition of asList(asRecord(status)["conditions"]).map(asRecord)) {
        const isTrue = condition["status"] === "True";
        const message = asText(condition["message"]) ?? asText(condition["reason"]) ?? "";
        if (isTrue && condition["type"] === "Succeeded") return { succeeded: true, message };
        if (isTrue && condition["type"] === "Failed") return { succeeded: false, message };
      }
      await kube.clock.sleep(PAUSE, signal);
    }
  } finally {
    await api.delete(name);
  }
  throw new KustodyError("KST_ENCRYPTION_NOT_READY", `the StorageVersionMigration of ${plural} has not ended in time`, {
    hint: "its controller runs in kube-controller-manager, with the feature gate StorageVersionMigrator; look at its log",
  });
}

async function servedVersion(kube: Kube): Promise<Resource<AnyObject, false>> {
  for (const version of VERSIONS) {
    const resource = clusterResource<AnyObject>(
      `storagemigration.k8s.io/${version}`,
      "StorageVersionMigration",
      "storageversionmigrations",
    );
    if (await servesResource(kube, resource)) return resource;
  }
  throw new KustodyError("KST_KUBE_NOT_FOUND", "the API server does not serve StorageVersionMigrations", {
    hint: "leave --storage-version-migration out: objects are written again one by one then",
  });
}
