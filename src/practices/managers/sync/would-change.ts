import { keyOf } from "../../../kernel/kube/object/object-meta.ts";
import type { Condition } from "../model/external-secret-spec.ts";
import type { ExternalSecret, SecretStore } from "../model/resources.ts";
import type { ClusterWrites, TargetWrite, Written } from "./ports.ts";

/** One thing that would be changed: which object, and what of it. Names keys, never values. */
export interface Difference {
  readonly kind: string;
  /** `namespace/name`. */
  readonly object: string;
  readonly change: string;
}

/**
 * Writes that write nothing: each is reported in its place, once. Reading goes on as usual, so what is reported is what
 * would be done.
 */
export function wouldChange(
  reads: Pick<ClusterWrites, "fetchTarget" | "fetchTemplates">,
  report: (difference: Difference) => void,
): ClusterWrites {
  const told = new Set<string>();
  const tell = (kind: string, object: string, change: string): void => {
    const line = `${kind} ${object} ${change}`;
    if (told.has(line)) return;
    told.add(line);
    report({ kind, object, change });
  };
  const about = (object: ExternalSecret | SecretStore, change: string): void =>
    tell(object.kind, keyOf(object.metadata), change);
  const unwritten: Written = { uid: "", resourceVersion: "0" };
  return {
    fetchTarget: (...call) => reads.fetchTarget(...call),
    fetchTemplates: (...call) => reads.fetchTemplates(...call),
    async addCleanup(object) {
      about(object, "would get the finalizer");
    },
    async removeCleanup(object) {
      about(object, "would lose the finalizer");
    },
    async createTarget(write) {
      tell("Secret", keyOf(write), `would be created with ${keysOf(write)}`);
      return unwritten;
    },
    async updateTarget(write, resourceVersion) {
      tell("Secret", keyOf(write), `would be changed: ${keysOf(write) || "labels, annotations or owner alone"}`);
      return { ...unwritten, resourceVersion };
    },
    async deleteTarget(ref) {
      tell("Secret", keyOf(ref), "would be deleted");
      return false;
    },
    async patchStatus(object, { conditions }) {
      about(object, `would become ${readyOf(conditions)}`);
      return "0";
    },
    async patchStoreStatus(store, { conditions }) {
      about(store, `would become ${readyOf(conditions)}`);
    },
    tell: () => {},
  };
}

function keysOf({ data }: TargetWrite): string {
  const entries = Object.entries(data);
  const names = (wanted: boolean): string =>
    entries
      .filter(([, value]) => (value === null) === wanted)
      .map(([key]) => key)
      .sort()
      .join(", ");
  return [names(false), names(true) && `without ${names(true)}`].filter(Boolean).join("; ");
}

function readyOf(conditions: readonly Condition[] | undefined): string {
  const ready = conditions?.find(({ type }) => type === "Ready");
  if (ready === undefined) return "different in its status";
  return `${ready.status === "True" ? "Ready" : "not Ready"} (${ready.reason ?? ""}: ${ready.message ?? ""})`;
}
