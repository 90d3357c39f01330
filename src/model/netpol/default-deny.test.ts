import assert from "node:assert/strict";
import { test } from "node:test";
import { DefaultDenyIndex } from "./default-deny.ts";

/** Whether a namespace with these ingress rules for all pods, beside a default deny, is closed. */
function isClosed(...ingress: readonly unknown[]): boolean {
  const policy = (name: string, rules: readonly unknown[]) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace: "shop" },
    spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: rules },
  });
  return new DefaultDenyIndex([policy("deny", []), policy("allow", ingress)]).denies("shop", "Ingress");
}

const CLOSED: [string, unknown][] = [
  ["a port alone", { ports: [{ port: 80 }] }],
  ["some addresses", { from: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }],
  ["all addresses with an exception", { from: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }] }],
  ["the namespace's own pods", { from: [{ podSelector: {} }] }],
  ["some namespaces", { from: [{ namespaceSelector: { matchLabels: { team: "a" } } }] }],
  ["some pods of every namespace", { from: [{ namespaceSelector: {}, podSelector: { matchLabels: { a: "b" } } }] }],
  ["all addresses on one port", { from: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: 443 }] }],
];
for (const [what, rule] of CLOSED) {
  test(`a namespace that lets ${what} in is closed by default`, () => assert.equal(isClosed(rule), true));
}

const OPEN: [string, unknown][] = [
  ["everything", {}],
  ["every IPv4 address", { from: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }],
  ["every IPv6 address", { from: [{ ipBlock: { cidr: "::/0" } }] }],
  ["every pod of every namespace", { from: [{ namespaceSelector: {} }] }],
  [
    "the same, said twice",
    { from: [{ podSelector: { matchLabels: { a: "b" } } }, { namespaceSelector: {}, podSelector: {} }] },
  ],
];
for (const [what, rule] of OPEN) {
  test(`a namespace that lets ${what} in is not closed`, () => assert.equal(isClosed(rule), false));
}
