import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { AwsEnvironment } from "../../kernel/config/aws-environment.ts";
import { createHmacKey } from "../../kernel/crypto/hmac-key.ts";
import { servesResource } from "../../kernel/kube/access/server-facts.ts";
import { createEventRecorder } from "../../kernel/kube/events/event-recorder.ts";
import type { Kube } from "../../kernel/kube/kube.ts";
import { lead } from "../../kernel/kube/leader/lead.ts";
import type { LeaseTimes } from "../../kernel/kube/leader/lease-record.ts";
import { Leases } from "../../kernel/kube/object/resources.ts";
import { CallGate } from "../../kernel/kube/queue/call-gate.ts";
import type { Logger } from "../../kernel/observe/logger.ts";
import type { StorePorts } from "../../kernel/stores/open-store.ts";
import { createReadThrough, type ReadThrough } from "../../kernel/stores/read-through/read-through.ts";
import { systemSources } from "../../kernel/template/system-sources.ts";
import {
  createClusterWrites,
  type Difference,
  StorePolicies,
  SyncEngine,
  type SyncMetrics,
  wouldChange,
} from "../../practices/managers/index.ts";
import { createEsoMetrics, type LabelsOf } from "./eso-metrics.ts";
import { type Listener, startListener } from "./metrics-listener.ts";
import { createProviderMetrics, type ProviderMetrics } from "./provider-metrics.ts";
import { processMetrics, readMetrics } from "./read-metrics.ts";
import { createStorePorts } from "./store-ports.ts";
import { createStoreReaders } from "./store-readers.ts";

export interface OperatorOptions {
  readonly kube: Kube;
  readonly logger: Logger;
  /** Ends it gracefully: writes under way are finished, the lease is given back. */
  readonly signal: AbortSignal;
  /** Only this namespace; undefined: all, and cluster stores. */
  readonly namespace: string | undefined;
  readonly controllerClass: string;
  readonly heartbeatMillis: number;
  readonly storeIntervalMillis: number;
  /** Requests of the API server under way at most. */
  readonly concurrency: number;
  readonly election: { readonly namespace: string; readonly name: string; readonly times?: LeaseTimes } | undefined;
  /** The token of the operator's own ServiceAccount, where it isn't the pod's. */
  readonly podTokenFile?: string;
  /** What stores need to know of AWS, where it isn't the environment's. */
  readonly aws?: AwsEnvironment;
  /** The local store's file, where one is configured. */
  readonly local: StorePorts["local"];
  /** Change nothing, and tell what would be changed; `once`: end when everything has been looked at. */
  readonly observe: { readonly once: boolean; readonly report: (difference: Difference) => void } | undefined;
  /** `host:port` of metrics and probes; undefined: none. */
  readonly listen: string | undefined;
  /** Adds the recommended Kubernetes labels of each object to its metrics. */
  readonly extendedMetricLabels?: boolean;
}

/** Runs the controllers until `signal` aborts. */
export async function runOperator(options: OperatorOptions): Promise<void> {
  const { kube, logger, signal, election } = options;
  const metrics = createEsoMetrics();
  const providers = createProviderMetrics(kube.clock);
  let engine: SyncEngine | undefined;
  let reads: ReadThrough | undefined;
  let gate: CallGate | undefined;
  let listener: Listener | undefined;
  const labelsOf: LabelsOf = (kind, { namespace, name }) => engine?.labelsOf(kind, { namespace, name });
  if (options.listen !== undefined) {
    listener = await startListener(options.listen, {
      *metrics() {
        yield* metrics.render(options.extendedMetricLabels === true ? labelsOf : undefined);
        yield* providers.render();
        yield readMetrics(reads);
        yield processMetrics(gate?.limit ?? 0);
      },
      // A replica that waits for the lease is ready: it is there to take over.
      isReady: () => election !== undefined || engine?.ready === true,
    });
    logger.info("metrics and probes", { url: listener.url });
  }
  const identity = `${hostname()}_${randomBytes(6).toString("hex")}`;
  const work = async (leading: AbortSignal): Promise<void> => {
    const ended = await control(options, { metrics, providers }, identity, leading, (started) => {
      ({ engine, reads, gate } = started);
    });
    return ended;
  };
  try {
    if (election === undefined || options.observe !== undefined) await work(signal);
    else {
      logger.info("waiting for the lease", { lease: `${election.namespace}/${election.name}`, identity });
      await lead(
        {
          leases: kube.namespaced(Leases, election.namespace),
          name: election.name,
          identity,
          signal,
          onError: (error) => logger.warn("leader election", { error }),
          ...(election.times === undefined ? {} : { times: election.times }),
        },
        work,
      );
    }
  } finally {
    await listener?.close();
  }
}

async function control(
  options: OperatorOptions,
  { metrics, providers }: { readonly metrics: SyncMetrics; readonly providers: ProviderMetrics },
  identity: string,
  signal: AbortSignal,
  onStarted: (started: { readonly engine: SyncEngine; readonly reads: ReadThrough; readonly gate: CallGate }) => void,
): Promise<void> {
  const { kube, logger, namespace } = options;
  const { clock } = kube;
  const withPolicies = namespace === undefined && (await servesResource(kube, StorePolicies, signal));
  using printKey = createHmacKey();
  const readThrough = createReadThrough({ clock, random: Math.random });
  const { concurrency, controllerClass, heartbeatMillis, storeIntervalMillis } = options;
  const gate = new CallGate(clock, {
    initial: Math.min(32, concurrency),
    min: Math.min(16, concurrency),
    max: concurrency,
  });
  const events = createEventRecorder(
    kube,
    { controller: "kustody.dev/external-secrets", instance: identity },
    (error) => logger.debug("an event could not be written", { error }),
    // Nobody waits for an Event.
    (call) => gate.run(call, "patient"),
  );
  const writes = createClusterWrites({ kube, gate, events, printKey });
  const { observe } = options;
  const engine = new SyncEngine({
    kube,
    namespace,
    withPolicies,
    clock,
    random: Math.random,
    sources: systemSources(clock),
    printKey,
    metrics: providers.timed(metrics),
    stores: createStoreReaders(
      readThrough,
      createStorePorts(kube, options.local, options.podTokenFile, options.aws),
      providers.measured,
    ),
    ...(observe === undefined
      ? { writes, options: { controllerClass, heartbeatMillis, storeIntervalMillis } }
      : {
          writes: wouldChange(writes, observe.report),
          // Alone a refreshTime that is old is no difference.
          options: { controllerClass, heartbeatMillis: Number.POSITIVE_INFINITY, storeIntervalMillis, lookAtAll: true },
        }),
    perStore: concurrency,
    onError: (what, error) => logger.warn(what, { error }),
  });
  onStarted({ engine, reads: readThrough, gate });
  logger.info("controllers started", { namespace: namespace ?? "all", policies: withPolicies, class: controllerClass });
  const sweeping = setInterval(() => void readThrough.sweep(), 60_000);
  const ending = new AbortController();
  const watching = observe?.once === true ? endWhenIdle(engine, ending) : undefined;
  try {
    await engine.run(AbortSignal.any([signal, ending.signal]));
  } finally {
    clearInterval(sweeping);
    clearInterval(watching);
    await events.flush();
    await readThrough.close();
    logger.info("controllers ended");
  }
}

/** Nothing waits and nothing is worked on, twice in a row: everything has been looked at. */
function endWhenIdle(engine: SyncEngine, ending: AbortController): NodeJS.Timeout {
  let idle = 0;
  return setInterval(() => {
    const { waiting, working } = engine.load;
    idle = engine.ready && waiting + working === 0 ? idle + 1 : 0;
    if (idle === 2) ending.abort();
  }, 100);
}
