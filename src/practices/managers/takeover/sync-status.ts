import type { KubeObject } from "../../../kernel/kube/object/object-meta.ts";
import { asList, asRecord, asText } from "../../../kernel/untyped.ts";
import type { EsoTraces } from "./model.ts";
import { runningEso } from "./running.ts";

export interface SyncStatus {
  /** Each kind with how many objects are ready, how many not, and how many nobody has looked at yet. */
  readonly counts: readonly {
    readonly kind: string;
    readonly ready: number;
    readonly failed: number;
    readonly waiting: number;
  }[];
  /** Those that are not ready, with the reason and message of their condition. */
  readonly failures: readonly { readonly subject: string; readonly reason: string; readonly message: string }[];
  /** Controllers of External Secrets Operator that run. */
  readonly eso: readonly string[];
  /** Its webhook configurations. */
  readonly webhooks: readonly string[];
}

/** Pure. How syncing is, whoever does it: conditions say the same under both operators. */
export function syncStatus(traces: EsoTraces): SyncStatus {
  const objects: KubeObject[] = [...traces.stores, ...traces.externalSecrets];
  const judged = objects.map((object) => ({ object, ...readyOf(object) }));
  const kinds = ["ClusterSecretStore", "SecretStore", "ExternalSecret"];
  return {
    counts: kinds.map((kind) => {
      const count = (wanted: string): number =>
        judged.filter(({ object, status }) => object.kind === kind && status === wanted).length;
      return { kind, ready: count("True"), failed: count("False"), waiting: count("Unknown") };
    }),
    failures: judged
      .filter(({ status }) => status === "False")
      .map(({ object: { kind, metadata }, reason, message }) => {
        const place = metadata.namespace === undefined ? "" : `${metadata.namespace}/`;
        return { subject: `${kind} ${place}${metadata.name}`, reason, message };
      }),
    eso: runningEso(traces).map(({ what, controllerClass }) => `${what} (class ${controllerClass ?? "unknown"})`),
    webhooks: traces.webhooks.map(({ metadata }) => metadata.name),
  };
}

function readyOf(object: KubeObject): { readonly status: string; readonly reason: string; readonly message: string } {
  const { status } = object as { readonly status?: unknown };
  const conditions = asList(asRecord(status)["conditions"]).map(asRecord);
  const ready = asRecord(conditions.find(({ type }) => type === "Ready"));
  const text = (field: string): string => asText(ready[field]) ?? "";
  return { status: text("status") || "Unknown", reason: text("reason"), message: text("message") };
}
