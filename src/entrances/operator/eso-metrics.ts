import type { ObjectLabels, SyncMetrics } from "../../practices/managers/index.ts";

interface ObjectCounts {
  calls: number;
  errors: number;
  ready: string | undefined;
  nanos: number;
}

/** The labels of an object: `kind` is ExternalSecret, SecretStore or ClusterSecretStore. */
export type LabelsOf = (kind: string, labels: ObjectLabels) => Readonly<Record<string, string>> | undefined;

export interface EsoMetrics extends SyncMetrics {
  /** `labelsOf` adds the recommended Kubernetes labels of each object, as upstream does where it is told to. */
  render(labelsOf: LabelsOf | undefined): Iterable<string>;
}

/** Upstream's extended labels: `app.kubernetes.io/name` becomes `app_kubernetes_io_name`. */
const RECOMMENDED = ["name", "instance", "version", "component", "part-of", "managed-by"].map((name) => ({
  key: `app.kubernetes.io/${name}`,
  metric: `app_kubernetes_io_${name.replace("-", "_")}`,
}));

/**
 * External Secrets Operator's metrics, one line for each object: kept as a few numbers and made into text only when
 * somebody scrapes, since ten thousand label sets of a metrics library would cost more memory than all the rest.
 */
export function createEsoMetrics(): EsoMetrics {
  const objects = new Map<string, ObjectCounts>();
  const stores = new Map<string, { readonly kind: string; readonly labels: ObjectLabels; readonly status: string }>();
  const held = new Map<string, { readonly labels: string; readonly count: number }>();
  const of = ({ namespace, name }: ObjectLabels): ObjectCounts => {
    const key = `${namespace}/${name}`;
    let counts = objects.get(key);
    if (counts === undefined) objects.set(key, (counts = { calls: 0, errors: 0, ready: undefined, nanos: 0 }));
    return counts;
  };
  return {
    synced: (labels) => {
      of(labels).calls += 1;
    },
    failed: (labels) => {
      const counts = of(labels);
      counts.calls += 1;
      counts.errors += 1;
    },
    condition: (labels, { status }) => {
      of(labels).ready = status;
    },
    reconciled: (labels, millis) => {
      const known = objects.get(`${labels.namespace}/${labels.name}`);
      if (known !== undefined) known.nanos = millis * 1e6;
    },
    storeCondition: (kind, labels, { status }) => {
      stores.set(`${kind}/${labels.namespace}/${labels.name}`, { kind, labels, status });
    },
    heldDeletions: ({ kind, namespace, name }, count) => {
      const labels = `{kind=${quoted(kind)},name=${quoted(name)},namespace=${quoted(namespace)}}`;
      held.set(`${kind}/${namespace}/${name}`, { labels, count });
    },
    forget: ({ namespace, name }) => {
      objects.delete(`${namespace}/${name}`);
    },
    *render(labelsOf) {
      for (const line of lines(objects, stores, held, labelsOf)) yield `${line}\n`;
    },
  };
}

function* lines(
  objects: ReadonlyMap<string, ObjectCounts>,
  stores: ReadonlyMap<string, { readonly kind: string; readonly labels: ObjectLabels; readonly status: string }>,
  held: ReadonlyMap<string, { readonly labels: string; readonly count: number }>,
  labelsOf: LabelsOf | undefined,
): Generator<string> {
  const named = (kind: string, labels: ObjectLabels, more = ""): string => {
    const { name, namespace } = labels;
    const known = labelsOf?.(kind, labels);
    const extended = RECOMMENDED.map(({ key, metric }) => `,${metric}=${quoted(known?.[key] ?? "")}`).join("");
    return `{name=${quoted(name)},namespace=${quoted(namespace)}${labelsOf === undefined ? "" : extended}${more}}`;
  };
  const each = function* (name: string, help: string, type: string, value: (counts: ObjectCounts) => number) {
    yield `# HELP ${name} ${help}`;
    yield `# TYPE ${name} ${type}`;
    for (const [key, counts] of objects) yield `${name}${named("ExternalSecret", split(key))} ${value(counts)}`;
  };
  yield* each("externalsecret_sync_calls_total", "Syncs of an ExternalSecret", "counter", ({ calls }) => calls);
  yield* each("externalsecret_sync_calls_error", "Syncs that failed", "counter", ({ errors }) => errors);
  yield* each("externalsecret_reconcile_duration", "The last look, in nanoseconds", "gauge", ({ nanos }) => nanos);
  yield "# HELP externalsecret_status_condition The condition of an ExternalSecret";
  yield "# TYPE externalsecret_status_condition gauge";
  for (const [key, { ready }] of objects) {
    if (ready === undefined) continue;
    for (const status of ["True", "False"]) {
      const more = `,condition="Ready",status="${status}"`;
      yield `externalsecret_status_condition${named("ExternalSecret", split(key), more)} ${ready === status ? 1 : 0}`;
    }
  }
  for (const kind of ["SecretStore", "ClusterSecretStore"]) {
    const metric = `${kind.toLowerCase()}_status_condition`;
    yield `# HELP ${metric} The condition of a ${kind}`;
    yield `# TYPE ${metric} gauge`;
    for (const store of stores.values()) {
      if (store.kind !== kind) continue;
      for (const status of ["True", "False"]) {
        const labels = named(kind, store.labels, `,condition="Ready",status="${status}"`);
        yield `${metric}${labels} ${store.status === status ? 1 : 0}`;
      }
    }
  }
  yield "# HELP kustody_sync_held_deletions Deletions that wait for an acknowledgement";
  yield "# TYPE kustody_sync_held_deletions gauge";
  for (const { labels, count } of held.values()) yield `kustody_sync_held_deletions${labels} ${count}`;
}

function split(key: string): ObjectLabels {
  const slash = key.indexOf("/");
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** Kubernetes names need no escaping; this holds for whatever else comes. */
function quoted(text: string): string {
  if (!/[\\"\n]/.test(text)) return `"${text}"`;
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
