import type { Clock } from "../../kernel/observe/clock.ts";
import type { ResolvedSpec } from "../../kernel/stores/resolved-spec.ts";
import { isStoreError, type Store } from "../../kernel/stores/store.ts";
import type { SyncMetrics } from "../../practices/managers/index.ts";
import { SecondsHistogram } from "./seconds-histogram.ts";

/** A kind of store as metrics tell them apart: AWS's services each by itself. */
type Kind = Exclude<ResolvedSpec["kind"], "aws"> | Extract<ResolvedSpec, { kind: "aws" }>["service"];

export function measuredKind(spec: ResolvedSpec): Kind {
  return spec.kind === "aws" ? spec.service : spec.kind;
}

/** What External Secrets Operator calls providers and their calls; its dashboards filter by them. */
const NAMES: Readonly<Record<Kind, { readonly provider: string; readonly read: string; readonly validate: string }>> = {
  vault: { provider: "HashiCorp/Vault", read: "ReadSecretData", validate: "LookupSelf" },
  SecretsManager: { provider: "AWS/SecretsManager", read: "GetSecretValue", validate: "GetSecretValue" },
  ParameterStore: { provider: "AWS/ParameterStore", read: "GetParameter", validate: "GetParameter" },
  kubernetes: { provider: "Kubernetes", read: "GetSecret", validate: "CreateSelfSubjectRulesReview" },
  fake: { provider: "Fake", read: "GetSecret", validate: "Validate" },
  local: { provider: "Local", read: "GetSecret", validate: "Validate" },
};

export interface ProviderMetrics {
  /** The same store, with its reads and validations counted. What it cannot do stays absent. */
  readonly measured: (kind: Kind, store: Store) => Store;
  /** The same metrics, with the durations of syncs beside them. */
  readonly timed: (metrics: SyncMetrics) => SyncMetrics;
  render(): Iterable<string>;
}

/**
 * What providers are asked and how long that takes: External Secrets Operator's counter of calls, and histograms that it
 * has none of. A read counts once for each key, and one that another object's read has answered does not count.
 */
export function createProviderMetrics(clock: Clock): ProviderMetrics {
  const calls = new Map<string, number>();
  const reads = new SecondsHistogram("kustody_store_read_duration_seconds", "Reads of a provider, one batch each");
  const syncs = new SecondsHistogram("kustody_sync_duration_seconds", "Syncs of an ExternalSecret");

  const count = (kind: Kind, call: "read" | "validate", failed: boolean): void => {
    const { provider, [call]: name } = NAMES[kind];
    const labels = `call="${name}",provider="${provider}",status="${statusOf(failed)}"`;
    calls.set(labels, (calls.get(labels) ?? 0) + 1);
  };

  return {
    measured(kind, store) {
      const calls: Pick<Store, "read" | "validate"> = {
        async read(refs, known, signal) {
          const since = clock.now();
          const answers = await store.read(refs, known, signal);
          const failures = [...answers.values()].map(isStoreError);
          for (const failed of failures) count(kind, "read", failed);
          const status = statusOf(failures.every((failed) => failed));
          reads.observe(`provider="${NAMES[kind].provider}",status="${status}"`, clock.now() - since);
          return answers;
        },
        async validate(signal) {
          const error = await store.validate(signal);
          count(kind, "validate", error !== undefined);
          return error;
        },
      };
      // Everything else is the store's own, so that what it cannot do stays absent.
      return Object.assign(Object.create(store) as Store, calls);
    },
    timed(metrics) {
      /** Of objects that are being looked at, whether they were synced in it: most looks find nothing due. */
      const ended = new Map<string, boolean>();
      return {
        ...metrics,
        synced(labels) {
          ended.set(`${labels.namespace}/${labels.name}`, false);
          metrics.synced(labels);
        },
        failed(labels) {
          ended.set(`${labels.namespace}/${labels.name}`, true);
          metrics.failed(labels);
        },
        reconciled(labels, millis) {
          const key = `${labels.namespace}/${labels.name}`;
          const failed = ended.get(key);
          ended.delete(key);
          if (failed !== undefined) syncs.observe(`status="${statusOf(failed)}"`, millis);
          metrics.reconciled(labels, millis);
        },
      };
    },
    *render() {
      yield "# HELP externalsecret_provider_api_calls_count Calls of a provider\n";
      yield "# TYPE externalsecret_provider_api_calls_count counter\n";
      for (const [labels, value] of calls) yield `externalsecret_provider_api_calls_count{${labels}} ${value}\n`;
      yield* reads.render();
      yield* syncs.render();
    },
  };
}

const statusOf = (failed: boolean): string => (failed ? "error" : "success");
