import type { KubeObject } from "../../../kernel/kube/object/object-meta.ts";
import type { AnyObject, LeaseObject } from "../../../kernel/kube/object/resources.ts";
import { asList, asRecord, asText, asTexts } from "../../../kernel/untyped.ts";
import { DEFAULT_CONTROLLER_CLASS } from "../model/names.ts";
import type { EsoTraces } from "./model.ts";

/** A controller of External Secrets Operator that runs, or may begin to at any time. */
export interface RunningEso {
  /** `Deployment external-secrets/external-secrets` */
  readonly what: string;
  /** Undefined where it cannot be told. */
  readonly controllerClass: string | undefined;
}

/** Pure. Every sign that a controller runs: a Deployment that wants replicas, a pod that has not ended, a lease that lives. */
export function runningEso({ deployments, pods, leases, now }: EsoTraces): RunningEso[] {
  const fromDeployments = deployments
    .filter((deployment) => isController(templateOf(deployment)) && wantsReplicas(deployment))
    .map((deployment) => ({
      what: nameOf("Deployment", deployment),
      controllerClass: classOf(templateOf(deployment)),
    }));
  const fromPods = pods
    .filter((pod) => isController(asRecord(pod["spec"])) && !hasEnded(pod))
    .map((pod) => ({ what: nameOf("Pod", pod), controllerClass: classOf(asRecord(pod["spec"])) }));
  const seen = [...fromDeployments, ...fromPods];
  // A lease says nothing of the class: it is a sign of its own only where nothing else explains it.
  const fromLeases = seen.length > 0 ? [] : leases.filter((lease) => isHeld(lease, now));
  return [...seen, ...fromLeases.map((lease) => ({ what: nameOf("Lease", lease), controllerClass: undefined }))];
}

function nameOf(kind: string, { metadata }: KubeObject): string {
  return `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
}

function templateOf(deployment: AnyObject) {
  return asRecord(asRecord(asRecord(deployment["spec"])["template"])["spec"]);
}

function argumentsOf(pod: Readonly<Record<string, unknown>>): readonly string[] {
  return asList(pod["containers"])
    .map(asRecord)
    .flatMap(({ command, args }) => [...asTexts(command), ...asTexts(args)]);
}

/** Its webhook and its certificate controller are the same image with another first argument. */
function isController(pod: Readonly<Record<string, unknown>>): boolean {
  return !argumentsOf(pod).some((argument) => argument === "webhook" || argument === "certcontroller");
}

function classOf(pod: Readonly<Record<string, unknown>>): string {
  const args = argumentsOf(pod);
  const flag = args.find((argument) => /^--?controller-class(=|$)/.test(argument));
  if (flag === undefined) return DEFAULT_CONTROLLER_CLASS;
  return flag.includes("=") ? flag.slice(flag.indexOf("=") + 1) : (args[args.indexOf(flag) + 1] ?? "");
}

function wantsReplicas(deployment: AnyObject): boolean {
  return asRecord(deployment["spec"])["replicas"] !== 0 || Number(asRecord(deployment["status"])["replicas"] ?? 0) > 0;
}

function hasEnded(pod: AnyObject): boolean {
  const phase = asText(asRecord(pod["status"])["phase"]);
  return phase === "Succeeded" || phase === "Failed";
}

function isHeld({ spec }: LeaseObject, now: number): boolean {
  const ends = Date.parse(spec?.renewTime ?? "") + (spec?.leaseDurationSeconds ?? 15) * 1000;
  return (spec?.holderIdentity ?? "") !== "" && ends > now;
}
