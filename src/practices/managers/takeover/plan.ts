import { isDeepStrictEqual } from "node:util";
import type { AnyObject } from "../../../kernel/kube/object/resources.ts";
import { asList, asRecord, asText } from "../../../kernel/untyped.ts";
import { differencesIn } from "./differences.ts";
import { GUARD_OBJECTS } from "./guard.ts";
import type { EsoTraces, TakeoverChange, TakeoverPlan } from "./model.ts";
import { runningEso } from "./running.ts";

export const KEEP_ANNOTATION = "helm.sh/resource-policy";
/** Remembers the Helm release for the way back. */
export const TAKEN_FROM_ANNOTATION = "kustody.dev/taken-from";
const RELEASE_NAME = "meta.helm.sh/release-name";
const RELEASE_NAMESPACE = "meta.helm.sh/release-namespace";

/**
 * Pure. What taking over from External Secrets Operator takes, in the order in which it is done: first nothing can be
 * lost any more (guard, definitions kept), then what would refuse writes once its servers are gone (conversion, webhooks).
 * What is done already is not in the plan: after an interruption, a new plan goes on from there.
 */
export function planTakeover(traces: EsoTraces, controllerClass: string): TakeoverPlan {
  const running = runningEso(traces);
  const rivals = running.filter((one) => one.controllerClass === undefined || one.controllerClass === controllerClass);
  // Of another class: it stays, and with it the webhooks that serve it.
  const others = running.filter((one) => !rivals.includes(one));
  return {
    obstacles: rivals.map(({ what }) => `${what} runs with the controller class "${controllerClass}"`),
    differences: differencesIn(traces, controllerClass),
    changes: [
      ...GUARD_OBJECTS.filter((object) => !isThere(object, traces.guards)).map(
        (object) => ({ kind: "guard", object }) as const,
      ),
      ...traces.definitions.flatMap(keepDefinition),
      ...(others.length > 0
        ? []
        : [...traces.definitions.flatMap(stopConversion), ...traces.webhooks.map(deleteWebhook)]),
    ],
    advice: [
      ...rivals.map(({ what }) => `scale ${what} to zero, and see that its pods are gone`),
      ...others.map(({ what, controllerClass: its }) => `${what} goes on with its class "${its}": its webhooks stay`),
      ...releasesOf(traces.definitions).map((release) => adviceFor(release, versionOf(traces))),
    ],
  };
}

/**
 * The way to remove the chart: Helm must forget the definitions first, without starting anything again that was scaled to
 * zero or removed. `helm uninstall` alone would try to delete them, be refused by the guard, and end halfway.
 */
function adviceFor([namespace, name]: readonly [string, string], version: string | undefined): string {
  const values = "installCRDs=false,replicaCount=0,webhook.create=false,certController.create=false";
  const chart = `external-secrets/external-secrets${version === undefined ? "" : ` --version ${version}`}`;
  return `after --apply, remove its chart in two steps: helm upgrade ${name} ${chart} -n ${namespace} --reuse-values --set ${values}, then helm uninstall ${name} -n ${namespace}`;
}

/** Of the chart that is installed. */
function versionOf({ deployments }: EsoTraces): string | undefined {
  const charts = deployments.map(({ metadata }) => metadata.labels?.["helm.sh/chart"] ?? "");
  return charts.map((chart) => /^external-secrets-(\d.*)$/.exec(chart)?.[1]).find((version) => version !== undefined);
}

function isThere(wanted: AnyObject, found: readonly AnyObject[]): boolean {
  return found.some(({ kind, metadata, ...object }) => {
    const same = kind === wanted.kind && metadata.name === wanted.metadata.name;
    return same && includes(object["spec"], wanted["spec"]);
  });
}

/** Whether `whole` has every field of `part` with its value: the API server adds defaults. */
function includes(whole: unknown, part: unknown): boolean {
  if (Array.isArray(part)) {
    const items = asList(whole);
    return items.length === part.length && part.every((item, index) => includes(items[index], item));
  }
  if (typeof part !== "object" || part === null) return isDeepStrictEqual(whole, part);
  return Object.entries(part).every(([name, value]) => includes(asRecord(whole)[name], value));
}

function keepDefinition(definition: AnyObject): TakeoverChange[] {
  const { name, resourceVersion = "", annotations = {} } = definition.metadata;
  const release = releaseOf(definition);
  if (annotations[KEEP_ANNOTATION] === "keep" && release === undefined) return [];
  return [{ kind: "keep-definition", name, resourceVersion, release: release?.join("/") }];
}

/** Namespace and name of the Helm release that owns it, where one does. */
function releaseOf({ metadata }: AnyObject): readonly [string, string] | undefined {
  const { annotations = {}, labels = {} } = metadata;
  const [namespace, name] = [annotations[RELEASE_NAMESPACE], annotations[RELEASE_NAME]];
  const isHelms = labels["app.kubernetes.io/managed-by"] === "Helm";
  return isHelms && namespace !== undefined && name !== undefined ? [namespace, name] : undefined;
}

/** Of those that own definitions now, or did before they were taken. */
function releasesOf(definitions: readonly AnyObject[]): [string, string][] {
  const names = definitions.map(
    (definition) => releaseOf(definition)?.join("/") ?? definition.metadata.annotations?.[TAKEN_FROM_ANNOTATION],
  );
  return [...new Set(names.filter((name) => name !== undefined))].map((name) => {
    const slash = name.indexOf("/");
    return [name.slice(0, slash), name.slice(slash + 1)];
  });
}

function stopConversion({ metadata, spec }: AnyObject): TakeoverChange[] {
  const conversion = asRecord(asRecord(spec)["conversion"]);
  if (asText(conversion["strategy"]) !== "Webhook") return [];
  return [{ kind: "stop-conversion", name: metadata.name }];
}

function deleteWebhook({ metadata }: AnyObject): TakeoverChange {
  return { kind: "delete-webhook", name: metadata.name, uid: metadata.uid ?? "" };
}

/** The patch of a definition that is to stay, without Helm's marks of ownership. */
export function keepPatch(change: Extract<TakeoverChange, { kind: "keep-definition" }>): Record<string, unknown> {
  const { resourceVersion, release } = change;
  if (release === undefined) return { metadata: { resourceVersion, annotations: { [KEEP_ANNOTATION]: "keep" } } };
  const annotations = {
    [KEEP_ANNOTATION]: "keep",
    [TAKEN_FROM_ANNOTATION]: release,
    [RELEASE_NAME]: null,
    [RELEASE_NAMESPACE]: null,
  };
  return { metadata: { resourceVersion, annotations, labels: { "app.kubernetes.io/managed-by": null } } };
}

/** One line, the same before and after. */
export function describeChange(change: TakeoverChange): string {
  switch (change.kind) {
    case "guard":
      return `create ${change.object.kind} ${change.object.metadata.name}: definitions cannot be deleted with a chart`;
    case "keep-definition":
      return `keep CustomResourceDefinition ${change.name}${change.release === undefined ? "" : `, no longer of Helm release ${change.release}`}`;
    case "stop-conversion":
      return `end conversion by webhook of CustomResourceDefinition ${change.name}: its server goes with the chart`;
    case "delete-webhook":
      return `delete ValidatingWebhookConfiguration ${change.name}: without its server it would refuse every write`;
  }
}
