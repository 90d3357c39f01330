import type { KubeObject } from "../../kernel/kube/manifests/manifest.ts";
import { asList, asRecord, isRecord } from "../../kernel/untyped.ts";
import { groupOf, namespaceOf } from "../objects/identity.ts";

export type Direction = "Ingress" | "Egress";

/** Which directions are closed by default in each namespace. Built once from the NetworkPolicies, then only asked. */
export class DefaultDenyIndex {
  readonly #closed = new Set<string>();
  readonly #open = new Set<string>();

  constructor(objects: Iterable<KubeObject>) {
    for (const object of objects) {
      if (object.kind !== "NetworkPolicy" || groupOf(object.apiVersion) !== "networking.k8s.io") continue;
      const namespace = namespaceOf(object) ?? "default";
      for (const direction of ["Ingress", "Egress"] as const) {
        const effect = effectOnAllPods(object, direction);
        if (effect === "closes") this.#closed.add(`${direction} ${namespace}`);
        if (effect === "opens") this.#open.add(`${direction} ${namespace}`);
      }
    }
  }

  /**
   * Whether every pod of `namespace` refuses what no policy allows: some policy selects all pods for `direction`, and
   * none allows everything to all of them (policies add up, so one that opens undoes the others).
   */
  denies(namespace: string, direction: Direction): boolean {
    const key = `${direction} ${namespace}`;
    return this.#closed.has(key) && !this.#open.has(key);
  }
}

/** What one NetworkPolicy does to all pods of its namespace (https://kubernetes.io/docs/concepts/services-networking/network-policies/). */
export function effectOnAllPods(policy: KubeObject, direction: Direction): "closes" | "opens" | "nothing" {
  const spec = asRecord(policy["spec"]);
  if (!selectsAllPods(spec["podSelector"]) || !applies(spec, direction)) return "nothing";
  const rules = asList(spec[direction === "Ingress" ? "ingress" : "egress"]);
  return rules.some((rule) => allowsEverything(rule, direction)) ? "opens" : "closes";
}

function selectsAllPods(selector: unknown): boolean {
  if (selector === undefined || selector === null) return true;
  if (!isRecord(selector)) return false;
  const { matchLabels, matchExpressions } = selector;
  return Object.keys(asRecord(matchLabels)).length === 0 && asList(matchExpressions).length === 0;
}

/** Without `policyTypes`, Ingress always applies and Egress where there are egress rules. */
function applies(spec: Readonly<Record<string, unknown>>, direction: Direction): boolean {
  const types = spec["policyTypes"];
  if (Array.isArray(types) && types.length > 0) return types.includes(direction);
  return direction === "Ingress" || asList(spec["egress"]).length > 0;
}

function allowsEverything(rule: unknown, direction: Direction): boolean {
  const { ports } = asRecord(rule);
  const peers = asList(asRecord(rule)[direction === "Ingress" ? "from" : "to"]);
  return asList(ports).length === 0 && (peers.length === 0 || peers.some(isEverybody));
}

/** All addresses, or every pod of every namespace: as good as no restriction for what a wall is to keep out. */
function isEverybody(peer: unknown): boolean {
  const { ipBlock, namespaceSelector, podSelector } = asRecord(peer);
  const { cidr, except } = asRecord(ipBlock);
  if (cidr === "0.0.0.0/0" || cidr === "::/0") return asList(except).length === 0;
  return isRecord(namespaceSelector) && selectsAllPods(namespaceSelector) && selectsAllPods(podSelector);
}
